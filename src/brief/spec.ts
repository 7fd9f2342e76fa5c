// Reads a spec from the pinned commit: its files, text, front matter, requirements and hash. Which specs a run takes, and
// whether one is already proven, is decided elsewhere.
import { z } from 'zod';
import { UserError } from '../errors.js';
import { parseFrontMatter } from '../front-matter.js';
import type { SourceTree } from '../platform/source-tree.js';
import { contentHash, normaliseText } from './content-hash.js';
import { removeHiddenText } from './hidden-text.js';
import { decodeText, shown } from './repository-text.js';
import { extractRequirements, type DuplicateId, type Requirement, type SpecDocument } from './requirements.js';
import { requirementFiles } from './spec-layouts.js';

/** The keys of a spec's front matter that Ferrule reads; all others belong to other tools. */
interface SpecFrontMatter {
  title?: string;
  package?: string;
  /** Paths of other specs, as written. */
  dependsOn: string[];
  agent?: string;
  model?: string;
  /** As written, `draft` say: many tools have words of their own here. */
  status?: string;
}

/** What is known of a spec without looking at its requirements. */
export interface SpecSummary {
  /** Relative to the repository, without `./` and without a slash at the end. */
  path: string;
  /** `sha256:<hex>`, see `specHash`. */
  hash: string;
  frontMatter: SpecFrontMatter;
}

export interface Spec {
  /** Relative to the repository, without `./` and without a slash at the end. */
  path: string;
  /** The Markdown files it consists of, sorted. */
  files: string[];
  title: string;
  /** What the model reads: no front matter, no hidden text; a folder's files each below a heading with their path. */
  text: string;
  /** `sha256:<hex>`, see `specHash`. */
  hash: string;
  frontMatter: SpecFrontMatter;
  requirements: Requirement[];
  /** Ids that two clauses have. */
  duplicates: DuplicateId[];
  /** Its files without front matter and hidden text. */
  documents: SpecDocument[];
  /** For people, one line each. */
  warnings: string[];
}

interface SpecFile {
  file: string;
  /** As it stands in the commit, below the front matter. */
  body: string;
  visible: string;
  firstLine: number;
  frontMatter: SpecFrontMatter;
  warnings: string[];
}

const MAX_BYTES = 1024 * 1024;
const MARKDOWN = /\.(?:md|markdown)$/i;

const name = z.string().trim().min(1).max(500);
// YAML reads `title: 2024` as a number; a title may look like one.
const title = z.union([name, z.number().transform(String)]);
const frontMatterSchema = z.object({
  title: title.nullish(),
  package: name.nullish(),
  'depends-on': z.union([name.transform((path) => [path]), z.array(name)]).nullish(),
  agent: name.nullish(),
  model: name.nullish(),
  status: name.nullish().catch(undefined),
});
const EXPECTED: Readonly<Record<string, string>> = { 'depends-on': 'a path or a list of paths' };

/**
 * Reads the spec at `path`, a Markdown file or a folder of them, below which all Markdown files belong to it.
 * @throws UserError when there is nothing usable at the path
 */
export async function loadSpec(tree: SourceTree, path: string): Promise<Spec> {
  const { specPath, paths, isFolder, files, hash } = await readSpecFiles(tree, path);
  const documents = files.map(({ file, visible, firstLine }) => ({ file, text: visible, firstLine }));
  const withRequirements = requirementFiles(paths);
  const { requirements, headings, duplicates } = extractRequirements(
    documents.filter(({ file }) => withRequirements.has(file)),
  );
  const frontMatter = mergeFrontMatter(files);
  return {
    path: specPath,
    files: paths,
    title: frontMatter.title ?? findTitle(headings, specPath, isFolder),
    text: isFolder
      ? files.map((one) => `# File: ${one.file}\n\n${one.visible.trim()}\n`).join('\n')
      : visibleText(files),
    hash,
    frontMatter,
    requirements,
    duplicates,
    documents,
    warnings: files.flatMap((file) => file.warnings),
  };
}

/** The same without requirements and title, cheap enough for thousands of specs. @throws UserError as `loadSpec` does */
export async function summariseSpec(tree: SourceTree, path: string): Promise<SpecSummary> {
  const { specPath, files, hash } = await readSpecFiles(tree, path);
  return { path: specPath, hash, frontMatter: mergeFrontMatter(files) };
}

async function readSpecFiles(
  tree: SourceTree,
  path: string,
): Promise<{ specPath: string; paths: string[]; isFolder: boolean; files: SpecFile[]; hash: string }> {
  const specPath = repositoryPath(path);
  const paths = findFiles(tree, specPath);
  const isFolder = paths[0] !== specPath;
  const files: SpecFile[] = [];
  let bytesLeft = MAX_BYTES;
  for (const file of paths) {
    const bytes = await tree.read(file);
    if (!bytes) throw new UserError(`Spec '${shown(file)}' could not be read from the commit. Name a regular file.`);
    bytesLeft -= bytes.length;
    if (bytesLeft < 0) {
      throw new UserError(`Spec '${shown(specPath)}' is larger than 1 MiB. Split it into several specs.`);
    }
    files.push(readFile(file, bytes));
  }
  if (files.every(({ visible }) => visible.trim() === '')) {
    throw new UserError(`Spec '${shown(specPath)}' is empty. Write down what is to be built and commit it.`);
  }
  const hash = specHash(
    files.map(({ file, body }) => ({ name: isFolder ? file.slice(specPath.length + 1) : '', body })),
  );
  return { specPath, paths, isFolder, files, hash };
}

/**
 * SHA-256 over each text as `normaliseText` leaves it, without front matter, in the order of the names. A single file
 * (empty name) is hashed alone, so that it may be moved; of a folder, names relative to it count too.
 */
export function specHash(files: readonly { name: string; body: string }[]): string {
  const parts = files.map(({ name, body }) => (name === '' ? '' : `${name}\0`) + normaliseText(body));
  return contentHash(parts.join('\0'));
}

/** One spelling of a spec's path: relative to the repository, without `./` and without a slash at the end. @throws UserError */
export function repositoryPath(path: string): string {
  const wanted = path.trim();
  const parts: string[] = [];
  for (const part of wanted.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) refuseOutside(wanted);
  }
  if (wanted.startsWith('/') || /^[A-Za-z]:[\\/]/.test(wanted)) refuseOutside(wanted);
  if (parts.length === 0) {
    throw new UserError(
      `Spec path '${shown(wanted)}' names the whole repository. Name a Markdown file or a folder in it.`,
    );
  }
  return parts.join('/');
}

function refuseOutside(path: string): never {
  throw new UserError(
    `Spec '${shown(path)}' is outside the repository. Give a path relative to the repository's root.`,
  );
}

function findFiles(tree: SourceTree, path: string): string[] {
  const where = `Spec '${shown(path)}'`;
  const file = tree.files.find((entry) => entry.path === path);
  if (file?.mode === '120000') throw new UserError(`${where} is a symbolic link. Name the file that it points to.`);
  if (file?.mode === '160000') throw new UserError(`${where} is a submodule. Name a file of this repository.`);
  if (file) {
    if (!MARKDOWN.test(path)) {
      throw new UserError(
        `${where} is not a Markdown file. Expected a name that ends in .md or .markdown, or a folder.`,
      );
    }
    return [path];
  }
  const below = tree.files.filter((entry) => entry.path.startsWith(`${path}/`));
  if (below.length === 0) {
    const sameButCase = tree.files.find((entry) => entry.path.toLowerCase() === path.toLowerCase());
    const hint = sameButCase ? ` There is '${shown(sameButCase.path)}'.` : '';
    throw new UserError(`${where} does not exist in the commit.${hint} Check the path and that the file is committed.`);
  }
  const markdown = below.filter((entry) => entry.mode.startsWith('100') && MARKDOWN.test(entry.path));
  if (markdown.length === 0) {
    throw new UserError(
      `${where} is a folder without Markdown files. Name a folder that holds .md files, or one file.`,
    );
  }
  return markdown.map((entry) => entry.path).sort();
}

function readFile(file: string, bytes: Buffer): SpecFile {
  const where = `Spec '${shown(file)}'`;
  const text = decodeText(bytes);
  if (text === undefined) {
    throw new UserError(`${where} is not a text file (binary content or not UTF-8). Save it as UTF-8 Markdown.`);
  }
  const parsed = parseFrontMatter(text);
  if (parsed.kind === 'invalid') {
    throw new UserError(`${where}: ${parsed.reason}. Correct the block between the '---' lines or remove it.`);
  }
  const firstLine = parsed.kind === 'parsed' ? parsed.bodyStartLine : 1;
  const body = parsed.body.replace(/\r\n?/g, '\n');
  const { text: visible, removed } = removeHiddenText(body, firstLine);
  const warnings = removed.map((what) => `${where}: ${what}, not shown to the model.`);
  const frontMatter = readFrontMatter(parsed.kind === 'parsed' ? parsed.data : {}, where);
  return { file, body, visible, firstLine, frontMatter, warnings };
}

function readFrontMatter(data: Record<string, unknown>, where: string): SpecFrontMatter {
  const parsed = frontMatterSchema.safeParse(data);
  if (!parsed.success) {
    const key = String(parsed.error.issues[0]?.path[0] ?? 'front matter');
    throw new UserError(
      `${where}: '${key}' in the front matter has a wrong type. Expected ${EXPECTED[key] ?? 'text'}.`,
    );
  }
  const { title, package: packageName, 'depends-on': dependsOn, agent, model, status } = parsed.data;
  return {
    ...(title != null && { title }),
    ...(packageName != null && { package: packageName }),
    dependsOn: dependsOn ?? [],
    ...(agent != null && { agent }),
    ...(model != null && { model }),
    ...(status != null && { status }),
  };
}

// Of a folder, the first file that sets a key decides it; dependencies add up.
function mergeFrontMatter(files: readonly SpecFile[]): SpecFrontMatter {
  const merged = Object.assign({}, ...files.map(({ frontMatter }) => frontMatter).reverse()) as SpecFrontMatter;
  return { ...merged, dependsOn: [...new Set(files.flatMap(({ frontMatter }) => frontMatter.dependsOn))] };
}

// The title of a folder is that of its main file; that of `design.md` or `tasks.md` would mislead.
function findTitle(
  headings: readonly { file: string; text: string; depth: number }[],
  specPath: string,
  isFolder: boolean,
): string {
  const isMain = (file: string) => !isFolder || /^(?:spec|readme|index)\.md$/i.test(file.slice(specPath.length + 1));
  const candidates = headings.filter(({ file, text }) => text !== '' && isMain(file));
  const heading = candidates.find(({ depth }) => depth === 1) ?? candidates[0];
  // Spec Kit's template puts its own words in front.
  return (
    heading?.text.replace(/^Feature Specification: */i, '') ??
    (specPath.split('/').at(-1) ?? specPath).replace(MARKDOWN, '')
  );
}

function visibleText(files: readonly SpecFile[]): string {
  return files.map(({ visible }) => visible).join('\n');
}
