// Specs of one function each, and a model that implements whichever its brief is about; so a fleet of any size runs with
// the crate of scripts-greeting.ts. Their dependencies are the tests' affair.
import type { MessagesRequest, Scripted } from './messages-api.js';
import { use } from './scripts-greeting.js';
import { briefOf, turnOf } from './scripts-steps.js';

/** A spec of the function `part_NAME`. */
export function fleetSpec(name: string, dependsOn: readonly string[] = [], more = ''): string {
  const needs = dependsOn.map((path) => `\n  - ${path}`).join('');
  const frontMatter = `---\n${needs === '' ? '' : `depends-on:${needs}\n`}${more}---\n`;
  return `${needs === '' && more === '' ? '' : frontMatter}# Part ${name}\n\n- R1: \`part_${name}()\` must return \`${name}\`.\n`;
}

/** Writes the function that the brief asks for, with a test, then hands over; two turns, one where it is written already. */
export function fleetModel(request: MessagesRequest): Scripted {
  const name = nameIn(request);
  const isWritten = briefOf(request).includes('goes on from the commits of an earlier run');
  if (isWritten || turnOf(request) > 0) {
    const requirement = { id: 'R1', status: 'met', code: ['src/lib.rs:5'], tests: [`returns_${name}`] };
    return { tool_use: [use('finish', { summary: `part_${name}.`, requirements: [requirement] })] };
  }
  const code = `/// Names itself.\npub fn part_${name}() -> &'static str {\n    "${name}"\n}\n\n`;
  const test = `#[test]\nfn returns_${name}() {\n    assert_eq!(greeting::part_${name}(), "${name}");\n}\n`;
  const edit = { old_text: '#[cfg(test)]\n', new_text: `${code}#[cfg(test)]\n` };
  return {
    tool_use: [
      use('plan', { increments: [{ title: `Part ${name}`, requirements: ['R1'] }] }),
      use('read_file', { path: 'src/lib.rs' }),
      use('edit_file', { path: 'src/lib.rs', edits: [edit] }),
      use('write_file', { path: `tests/${name}.rs`, content: test }),
      use('complete_increment', { title: `Part ${name}`, commit_message: `Add part_${name}` }),
    ],
    usage: { input_tokens: 1_000, output_tokens: 100 },
  };
}

/** Of the part that the conversation is about. */
export function nameIn(request: MessagesRequest): string {
  return /`part_(\w+)\(\)` must return/.exec(briefOf(request))?.[1] ?? '';
}
