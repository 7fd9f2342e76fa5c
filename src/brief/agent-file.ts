// Reads the definition of an agent: a Markdown file whose front matter names it and whose body is the system prompt.
// Which model and limits a run finally takes is decided by its inputs.
import { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import { parseFrontMatter, type UnparsedFrontMatter } from '../front-matter.js';
import type { SourceTree } from '../platform/source-tree.js';
import { translateTools } from './agent-tools.js';
import { contentHash } from './content-hash.js';
import { removeHiddenText } from './hidden-text.js';
import { decodeText, shown } from './repository-text.js';

export interface AgentDefinition {
  name: string;
  /** Escaped line breaks of one-line descriptions are real ones here. */
  description: string;
  /** As written; see `resolveModel`. */
  model?: string;
  /** Our tool names; absent means all. See `offeredTools` for what is offered in any case. */
  tools?: string[];
  disallowedTools?: string[];
  maxTurns?: number;
  color?: string;
  /** Keys that mean nothing here, kept as they were. */
  otherKeys: Record<string, unknown>;
  /** The system prompt. */
  body: string;
  /** `sha256:<hex>` of the whole file, line ends normalised. */
  hash: string;
  /** Of the repository, or the name of a built-in. */
  path: string;
  warnings: string[];
}

const MAX_BYTES = 256 * 1024;

const names = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? splitNames(value) : value));
const text = z.string().trim().min(1);
const frontMatterSchema = z.object({
  name: text.max(100),
  description: text,
  model: text.max(200).nullish(),
  tools: names.nullish(),
  disallowedTools: names.nullish(),
  maxTurns: z.coerce.number().int().positive().nullish(),
  color: text.max(50).nullish(),
});
const EXPECTED: Readonly<Record<string, string>> = {
  name: 'a name such as backend-engineer',
  description: 'one or more sentences',
  tools: 'a comma-separated line or a list of tool names',
  disallowedTools: 'a comma-separated line or a list of tool names',
  maxTurns: 'a whole number above zero',
};

/**
 * @param path named in messages; not read
 * @param toolNames every tool there is
 * @throws UserError when a required key is missing, a known key has a wrong type or a tool does not exist
 */
export function parseAgentFile(source: string, path: string, toolNames: readonly string[]): AgentDefinition {
  const where = `Agent file '${shown(path)}'`;
  const warnings: string[] = [];
  const parsed = parseFrontMatter(source);
  let data: Record<string, unknown>;
  let body: string;
  if (parsed.kind === 'parsed') ({ data, body } = parsed);
  else if (parsed.kind === 'invalid' && parsed.unparsed) {
    data = readLines(parsed.unparsed);
    body = parsed.unparsed.body;
    warnings.push(`${where}: ${parsed.reason}; it was read as one 'key: value' a line.`);
  } else {
    const reason = parsed.kind === 'invalid' ? parsed.reason : 'it has no front matter';
    throw new UserError(`${where}: ${reason}. Expected 'name' and 'description' between two '---' lines on top.`);
  }
  const known = frontMatterSchema.safeParse(data);
  if (!known.success) {
    const key = String(known.error.issues[0]?.path[0] ?? 'name');
    const problem = data[key] == null ? 'is missing' : 'has a wrong value';
    throw new UserError(`${where}: '${key}' in the front matter ${problem}. Expected ${EXPECTED[key] ?? 'text'}.`);
  }
  const { name, description, model, maxTurns, color } = known.data;
  const [tools, disallowedTools] = (['tools', 'disallowedTools'] as const).map((key) => {
    const written = known.data[key];
    if (!written || written.length === 0) return undefined;
    const translated = translateTools(written, `${where}, key '${key}'`, toolNames);
    warnings.push(...translated.warnings);
    return translated.tools;
  });
  const otherKeys = Object.fromEntries(Object.entries(data).filter(([key]) => !(key in frontMatterSchema.shape)));
  if (Object.keys(otherKeys).length > 0) {
    const list = Object.keys(otherKeys).map((key) => `'${shown(key)}'`);
    warnings.push(
      `${where}: ${list.join(', ')} in the front matter ${list.length === 1 ? 'has' : 'have'} no effect here.`,
    );
  }
  if (body.trim() === '') {
    throw new UserError(`${where} has no text below its front matter. Write the agent's instructions there.`);
  }
  // Reported only: whoever wrote the agent file may instruct the model, but a reviewer should know of what they miss.
  const { removed } = removeHiddenText(source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
  warnings.push(...removed.map((what) => `${where}: ${what} are in what the model is told, unseen by readers.`));
  return {
    name,
    description: description.replace(/\\n/g, '\n').replace(/\\t/g, ' ').replace(/\\"/g, '"'),
    ...(model != null && { model }),
    ...(tools && { tools }),
    ...(disallowedTools && { disallowedTools }),
    ...(maxTurns != null && { maxTurns }),
    ...(color != null && { color }),
    otherKeys,
    body: body.replace(/\r\n?/g, '\n').trim(),
    hash: contentHash(source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')),
    path,
    warnings,
  };
}

/**
 * Finds an agent: a built-in by its name, else a Markdown file of the repository by its path.
 * @param builtIns text of each built-in agent file by its name
 * @throws UserError when there is neither, or the file cannot be used
 */
export async function loadAgent(request: {
  tree: SourceTree;
  agent: string;
  builtIns: ReadonlyMap<string, string>;
  toolNames: readonly string[];
}): Promise<AgentDefinition> {
  const { tree, builtIns, toolNames } = request;
  const agent = request.agent.trim();
  const builtIn = builtIns.get(agent);
  if (builtIn !== undefined) return parseAgentFile(builtIn, agent, toolNames);
  const path = agent.replace(/^(?:\.\/)+/, '');
  const entry = tree.files.find((file) => file.path === path);
  if (!entry) {
    const known = [...builtIns.keys()];
    throw new UserError(
      `Agent '${shown(agent)}' is neither a built-in (${known.join(', ')}) nor a file in the commit.` +
        (didYouMean(agent, known) ||
          ' Give a path relative to the repository and commit the file; on a pull request, to its base branch.'),
    );
  }
  const where = `Agent file '${shown(path)}'`;
  if (!/\.(?:md|markdown)$/i.test(path)) throw new UserError(`${where} is not a Markdown file. Expected a .md file.`);
  if (entry.size > MAX_BYTES) throw new UserError(`${where} is larger than 256 KiB. Shorten it.`);
  const bytes = await tree.read(path);
  const source = bytes && decodeText(bytes);
  if (source === undefined) {
    throw new UserError(`${where} is not a regular UTF-8 text file. Links and binary files are not read.`);
  }
  return parseAgentFile(source, path, toolNames);
}

/**
 * Front matter as Claude Code writes it: one `key: rest of line` a line, quotes and colons as they come. A line that is
 * no such line continues the value above it; below an empty value, `- item` lines are its list.
 */
function readLines({ block }: UnparsedFrontMatter): Record<string, unknown> {
  const values = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of block.split(/\r?\n/)) {
    const match = /^([A-Za-z][\w-]*):(?:\s+(.*))?$/.exec(line);
    if (match) {
      const [, key = '', value = ''] = match;
      current = [value.trim()];
      // The first one counts: `user: …` lines of an example may repeat.
      if (!values.has(key)) values.set(key, current);
    } else if (line.trim() !== '' && !line.trimStart().startsWith('#')) current?.push(line.trim());
  }
  const entries = [...values].map(([key, [first = '', ...more]]): [string, unknown] => {
    if (first === '' && more.length > 0 && more.every((line) => line.startsWith('- '))) {
      return [key, more.map((line) => unquote(line.slice(2).trim()))];
    }
    const value = [first, ...more].filter((line) => line !== '').join('\n');
    return [key, value === '' ? null : unquote(value)];
  });
  return Object.fromEntries(entries);
}

function unquote(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1] ?? /^'(.*)'$/s.exec(value)?.[1] ?? value;
}

/** Comma-separated, but `Bash(git log:*, git diff:*)` is one name. */
function splitNames(list: string): string[] {
  const found = list.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? [];
  return found.map((name) => name.trim()).filter((name) => name !== '');
}
