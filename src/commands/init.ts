// `ferrule init`: the workflow that starts Ferrule and, where there is no spec yet, a first one to fill in. What it needs to
// know it reads from the repository; what is there already stays as it is.
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.js';
import { readCloneFacts } from '../platform/clone-facts.js';
import { readCheckout } from '../platform/git.js';
import { shellWord } from '../workshop/workshop.js';
import type { CliWorld, Command } from './command.js';
import { UsageError, readWords } from './command.js';
import { findCargoFolders, findCrateName, findSpecs } from './repository-facts.js';

const WORKFLOW = '.github/workflows/ferrule.yml';
const FIRST_SPEC = 'specs/first-feature.md';
/** Specs that the output names; the rest is counted. */
const MAX_NAMED = 5;

export const INIT: Command = {
  name: 'init',
  usage: '[--working-directory FOLDER]',
  summary: 'write the workflow and a first spec into this repository; overwrites nothing',
  details: `Writes ${WORKFLOW}, by which a spec is run from the Actions tab, and ${FIRST_SPEC} where the
repository has no spec yet. Default branch, cargo workspace, crate name and specs are read from the repository; only where
it has several workspaces does --working-directory have to say which one. Files that are there stay as they are.`,
  async start(words, world) {
    const { positionals, values } = readWords(words, ['working-directory']);
    if (positionals.length > 0) throw new UsageError('init takes no words but its option. See ferrule help init.');
    const { root } = await readCheckout(world.folder, world.environment);
    const { files, defaultBranch } = await readCloneFacts(root, world.environment);
    const folder = chooseFolder(findCargoFolders(files), values['working-directory']);
    const specs = findSpecs(files);
    const example = specs[0] ?? FIRST_SPEC;
    const wrote = await writeNew(root, WORKFLOW, await workflowText(world, { folder, example }));
    world.print(
      wrote
        ? `Wrote ${WORKFLOW}${folder === '.' ? '' : ` for the workspace in ${folder}`}.`
        : `${WORKFLOW} is there already; it was left as it is.`,
    );
    if (specs.length > 0) {
      const more = specs.length > MAX_NAMED ? `, and ${specs.length - MAX_NAMED} more` : '';
      world.print(`Found specs: ${specs.slice(0, MAX_NAMED).join(', ')}${more}.`);
    } else {
      const crate = await findCrateName(root, folder);
      const wroteSpec = await writeNew(root, FIRST_SPEC, await specText(world, crate));
      world.print(
        wroteSpec ? `Wrote ${FIRST_SPEC}, a spec to fill in.` : `${FIRST_SPEC} is there already; it was left as it is.`,
      );
    }
    world.print(nextSteps(example, specs.length === 0, defaultBranch));
    return 0;
  },
};

/** @throws UsageError where only the user can know it */
function chooseFolder(folders: readonly string[], given: string | undefined): string {
  if (given !== undefined) {
    const folder = path.posix.normalize(given).replace(/\/+$/, '') || '.';
    if (folder === '.' || folders.includes(folder)) return folder;
    throw new UsageError(`--working-directory: there is no Cargo.toml in '${given}' of this repository.`);
  }
  const [first = '.', ...others] = folders;
  if (others.length === 0) return first;
  throw new UsageError(
    `This repository has several cargo workspaces: ${folders.slice(0, MAX_NAMED).join(', ')}. Say which one: ferrule init --working-directory ${shellWord(first)}`,
  );
}

/** The example's workflow, with what this repository needs set in it. */
async function workflowText({ root }: CliWorld, { folder, example }: { folder: string; example: string }) {
  const text = await readFile(path.join(root, 'examples', 'workflows', 'dispatch.yml'), 'utf8');
  const withDefault = text.replace(
    /^( +)type: string$/m,
    (line, indent: string) => `${line}\n${indent}default: ${yamlText(example)}`,
  );
  if (folder === '.') return withDefault;
  return withDefault.replace(
    /^( +)spec: \$\{\{ inputs\.spec \}\}$/m,
    (line, indent: string) => `${line}\n${indent}working-directory: ${yamlText(folder)}`,
  );
}

/** Text of the repository as a value of a workflow, in which no expression of GitHub's is left to be evaluated. */
function yamlText(text: string): string {
  return JSON.stringify(text.replaceAll('${{', "${{ '${{' }}"));
}

async function specText({ root }: CliWorld, crate: string | undefined): Promise<string> {
  const text = await readFile(path.join(root, 'examples', 'first-spec.md'), 'utf8');
  return text.replaceAll('CRATE', () => crate ?? 'the crate');
}

/** @returns false where the file is there already @throws UserError where a link leads out of the repository */
async function writeNew(root: string, file: string, text: string): Promise<boolean> {
  const target = path.join(root, ...file.split('/'));
  const [home, parent] = [await realpath(root), await deepestFolder(path.dirname(target))];
  if (parent !== home && !parent.startsWith(home + path.sep))
    throw new UserError(`${file} cannot be written: a link in its path leads out of the repository.`);
  const refuse = (error: unknown): never => {
    throw new UserError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}.`);
  };
  await mkdir(path.dirname(target), { recursive: true }).catch(refuse);
  return writeFile(target, text, { flag: 'wx' }).then(
    () => true,
    (error: unknown) => ((error as NodeJS.ErrnoException).code === 'EEXIST' ? false : refuse(error)),
  );
}

/** Where the part of a path that exists really lies. */
async function deepestFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return deepestFolder(path.dirname(folder));
  }
}

function nextSteps(spec: string, isNew: boolean, defaultBranch: string | undefined): string {
  const steps = [
    `In ${WORKFLOW}, put the commit of a release of Ferrule where 'uses: ferrule-dev/ferrule@' has zeros.`,
    ...(isNew ? [`Write what you want into ${spec}.`] : []),
    "Store the model's key as a secret of the repository: gh secret set ANTHROPIC_API_KEY",
    "Let workflows open pull requests: Settings > Actions > General > 'Allow GitHub Actions to create and approve pull requests'.",
    `Commit and push to ${defaultBranch === undefined ? 'the default branch' : `'${defaultBranch}'`}: GitHub offers a workflow only once it is there.`,
    `Start it: Actions > Implement a spec > Run workflow, or: gh workflow run ferrule.yml -f ${shellWord(`spec=${spec}`)}`,
  ];
  return `\nNext:\n${steps.map((step, i) => `  ${i + 1}. ${step}`).join('\n')}\n\nferrule doctor says whether this machine could run it, too: ferrule run ${shellWord(spec)}`;
}
