// Translates the tool names of an agent file, ours or Claude Code's, into the tools a run offers. What the tools do is
// not known here.
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import { shown } from './repository-text.js';

/**
 * Offered whatever `tools` and `disallowedTools` say: a run cannot plan, commit, ask, note or end without them, and
 * `complete_increment` returns output whose further pages only `read_output` shows.
 */
const ALWAYS_OFFERED: readonly string[] = ['read_output', 'plan', 'complete_increment', 'ask', 'record', 'finish'];

const CLAUDE_CODE_TOOLS: ReadonlyMap<string, readonly string[]> = new Map([
  ['read', ['read_file']],
  ['write', ['write_file']],
  ['edit', ['edit_file']],
  ['multiedit', ['edit_file']],
  ['glob', ['list_files']],
  ['ls', ['list_files']],
  ['grep', ['search_files']],
  ['bash', ['cargo', 'read_output']],
  ['bashoutput', ['read_output']],
  ['askuserquestion', ['ask']],
  ['todowrite', ['plan']],
]);

// Known to have no counterpart here. Listed because some are a letter away from a name of ours (`Task`, `ask`).
const FOREIGN_TOOLS = new Set(
  (
    'agent task taskcreate taskget tasklist taskoutput taskstop taskupdate todoread webfetch websearch notebookedit ' +
    'notebookread killbash killshell skill slashcommand enterplanmode exitplanmode toolsearch lsp monitor'
  ).split(' '),
);

/**
 * @param names as written, `Bash(cargo test:*)` included
 * @param where names the file and the key, for messages
 * @param toolNames every tool there is
 * @returns our names, each once; a warning for each Claude Code or MCP tool that has no counterpart here
 * @throws UserError for a name that is neither, most likely a typing mistake
 */
export function translateTools(
  names: readonly string[],
  where: string,
  toolNames: readonly string[],
): { tools: string[]; warnings: string[] } {
  const tools = new Set<string>();
  const warnings: string[] = [];
  for (const written of names) {
    const name = written.replace(/\(.*\)$/s, '').trim();
    const translated = toolNames.includes(name) ? [name] : CLAUDE_CODE_TOOLS.get(name.toLowerCase());
    if (translated) {
      for (const tool of translated) tools.add(tool);
      continue;
    }
    if (name.startsWith('mcp__') || FOREIGN_TOOLS.has(name.toLowerCase())) {
      warnings.push(`${where}: tool '${shown(name)}' does not exist in this harness and is left out.`);
      continue;
    }
    const suggestion = didYouMean(name, [...toolNames, 'Read', 'Write', 'Edit', 'Glob', 'Grep', 'Bash']);
    // A new tool of Claude Code, unless it looks like a slip of the finger.
    if (!/^[A-Z][A-Za-z]+$/.test(name) || suggestion !== '') {
      throw new UserError(
        `${where}: unknown tool '${shown(name)}'.${suggestion} Expected names out of ${toolNames.join(', ')}.`,
      );
    }
    warnings.push(`${where}: tool '${shown(name)}' does not exist in this harness and is left out.`);
  }
  return { tools: [...tools], warnings };
}

/** The tools a run offers to this agent, in the order of `toolNames`. */
export function offeredTools(
  agent: { tools?: readonly string[]; disallowedTools?: readonly string[] },
  toolNames: readonly string[],
): string[] {
  return toolNames.filter((name) => {
    if (ALWAYS_OFFERED.includes(name)) return true;
    return (agent.tools?.includes(name) ?? true) && !agent.disallowedTools?.includes(name);
  });
}
