// The sources of an example before and after its recorded conversation: its file tool calls are carried out on texts alone.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

type Call = {
  name: string;
  input: { path?: string; content?: string; edits?: { old_text: string; new_text: string }[] };
};

const EXAMPLES = join(process.cwd(), 'examples');

/** Rust sources by path relative to the repository. Calls that would have failed change nothing here either. */
export function replayedSources(example: string): { base: Map<string, string>; head: Map<string, string> } {
  const repo = join(EXAMPLES, example, 'repo');
  const names = readdirSync(repo, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
  const base = new Map(names.map((name) => [name, readFileSync(join(repo, name), 'utf8')]));
  const head = new Map(base);
  for (const { name, input } of calls(example)) {
    const { path = '', content, edits = [] } = input;
    if (!path.endsWith('.rs')) continue;
    if (name === 'write_file' && content !== undefined) head.set(path, content);
    if (name === 'delete_file') head.delete(path);
    if (name === 'edit_file') {
      let text = head.get(path) ?? '';
      const fits = edits.every(({ old_text, new_text }) => {
        const isUnique = text.split(old_text).length === 2;
        text = text.replace(old_text, () => new_text);
        return isUnique;
      });
      if (fits) head.set(path, text);
    }
  }
  return { base, head };
}

function calls(example: string): Call[] {
  const lines = readFileSync(join(EXAMPLES, example, 'replay.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean);
  const turns = lines.map((line) => JSON.parse(line) as { content?: (Call & { type: string })[] });
  return turns.flatMap(({ content = [] }) => content.filter(({ type }) => type === 'tool_use'));
}
