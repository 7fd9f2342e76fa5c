// A model that implements the greeting in two increments and goes by what its brief says is open, so that a run can end
// anywhere and another take up the work. Together with the crate of scripts-greeting.ts.
import type { MessagesRequest, Scripted, ScriptedAnswer } from './messages-api.js';
import { use } from './scripts-greeting.js';

const BY_NAME = `/// Greets \`name\`, or everybody when it is empty.
pub fn greet(name: &str) -> String {
    format!("Hello, {name}!")
}

`;
const EVERYBODY = `    if name.is_empty() {
        return "Hello!".to_owned();
    }
    format!("Hello, {name}!")`;
const testOf = (name: string, given: string, wanted: string) =>
  `#[test]\nfn ${name}() {\n    assert_eq!(greeting::greet("${given}"), "${wanted}");\n}\n`;

const PLAN = {
  R1: { title: 'Greet by name', requirements: ['R1'] },
  R2: { title: 'Greet everybody', requirements: ['R2'] },
};

type Id = keyof typeof PLAN;

/** The title of a requirement's increment. */
export const titleOf = (id: Id) => PLAN[id].title;

/** One answer: reads, edits, tests and completes. */
export function step(id: Id, open: readonly Id[] = ['R1', 'R2']): ScriptedAnswer {
  const edit =
    id === 'R1'
      ? { old_text: '#[cfg(test)]\n', new_text: `${BY_NAME}#[cfg(test)]\n` }
      : { old_text: '    format!("Hello, {name}!")', new_text: EVERYBODY };
  const [file, test] =
    id === 'R1'
      ? ['tests/by_name.rs', testOf('greets_by_name', 'Ada', 'Hello, Ada!')]
      : ['tests/everybody.rs', testOf('greets_everybody', '', 'Hello!')];
  return {
    tool_use: [
      ...(id === open[0] ? [use('plan', { increments: open.map((each) => PLAN[each]) })] : []),
      use('read_file', { path: 'src/lib.rs' }),
      use('edit_file', { path: 'src/lib.rs', edits: [edit] }),
      use('write_file', { path: file, content: test }),
      use('complete_increment', { title: PLAN[id].title, commit_message: `${PLAN[id].title} with greet` }),
    ],
    usage: { input_tokens: 1_000, output_tokens: 100 },
  };
}

/** The handover of the whole. */
export function finishSteps(): ScriptedAnswer {
  const claim = (id: Id, test: string) => ({ id, status: 'met', code: ['src/lib.rs:9'], tests: [test] });
  const requirements = [claim('R1', 'greets_by_name'), claim('R2', 'greets_everybody')];
  return {
    tool_use: [use('finish', { summary: 'greet and its tests.', requirements })],
    usage: { input_tokens: 1_000, output_tokens: 100 },
  };
}

/** The number of an answer within its conversation, from 0. */
export const turnOf = (request: MessagesRequest) => request.messages.filter(({ role }) => role === 'assistant').length;

/** The first message of a conversation. */
export const briefOf = ({ messages: [first] }: MessagesRequest) => JSON.stringify(first?.content ?? '');

/** Takes up what the brief says is open, one increment a turn, then hands over. */
export function stepsModel(request: MessagesRequest): Scripted {
  const open = openIn(briefOf(request));
  const id = open[turnOf(request)];
  return id === undefined ? finishSteps() : step(id, open);
}

/** What a brief says is still to be done. */
export function openIn(brief: string): Id[] {
  const isFresh = !brief.includes('goes on from the commits of an earlier run');
  const listed = /Open, for you to take up: ([^.]*)\./.exec(brief)?.[1]?.split(', ') ?? [];
  return (['R1', 'R2'] as const).filter((id) => isFresh || listed.includes(id));
}
