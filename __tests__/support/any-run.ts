// What may go wrong around one run, as plain values that can be generated, printed and kept: the model's answers and its
// server's failures, GitHub's, and the end of the process. Carrying it out is faults/any-run.test.ts.
import fc from 'fast-check';
import type { Fault } from './fake-github.js';
import type { MessagesRequest, Scripted, ScriptedFault } from './messages-api.js';
import { finishWithoutR2, use } from './scripts-greeting.js';
import { briefOf, finishSteps, openIn, step, titleOf } from './scripts-steps.js';

/** What the model or its server does at one request. */
type Step = keyof typeof STEPS;
/** A call of GitHub's API, and what becomes of it. */
type Call = keyof typeof CALLS;
type Failure = keyof typeof FAILURES;

export interface Scenario {
  /** `topic`: a run on a pull request, which it moves and comments on. */
  publish: 'pull-request' | 'none' | 'topic';
  /** At each request of the model in turn; after these it works until it is done. */
  steps: Step[];
  github: { call: Call; failure: Failure; after: number; times: number }[];
  /** The server of git refuses every push to the work branch. */
  refusesPushes: boolean;
  /** When the process is sent a signal; `lost`: killed, and its machine is gone before the post step. */
  end: { signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'lost'; atEvent: number; delayMs: number } | undefined;
}

const torn = (path: string) => ({ name: 'write_file', input: {}, json: `{"path": "${path}", "content": "ha` });
const refused = (status: number, more: object = {}): ScriptedFault => ({
  fault: { status, headers: { 'retry-after': '0' }, ...more },
});
const failing = '#[test]\nfn fails() {\n    assert_eq!(greeting::part(), "");\n}\n';
const complete = (title: string) => use('complete_increment', { title, commit_message: `${title} of the greeting` });

/** The next increment that is open and has not succeeded in this conversation, or the handover. */
function work(request: MessagesRequest): Scripted {
  const open = openIn(briefOf(request));
  const done = completedIn(request);
  const id = open.find((each) => !done.includes(titleOf(each)));
  return id === undefined ? finishSteps() : step(id, open);
}

const wrongClaim = { id: 'R1', status: 'met', code: ['src/lib.rs:1'], tests: ['no_such_test'] };
const wrongInputs = [
  ...[use('read_file', { file: 'src/lib.rs' }), use('bash', { command: 'ls' }), use('list_files', null)],
  ...[torn('a.txt'), use('edit_file', { path: 'src/lib.rs', edits: [{ old_text: 'absent', new_text: '' }] })],
];
const redIncrement = [
  use('write_file', { path: 'tests/red.rs', content: failing }),
  complete('Red'),
  use('delete_file', { path: 'tests/red.rs' }),
];
const twins = ['a.txt', 'b.txt'].map((path) => ({ ...use('write_file', { path, content: 'x' }), id: 'same' }));

const STEPS = {
  work,
  slow: (request: MessagesRequest): Scripted => ({ ...work(request), delayMs: 400 }),
  'wrong inputs': { tool_use: wrongInputs },
  'a red increment': { tool_use: redIncrement },
  'nothing to complete': { tool_use: [complete('Nothing')] },
  'a handover that claims a test that is not there': {
    tool_use: [use('finish', { summary: 'All done.', requirements: [wrongClaim] })],
  },
  'a handover before its time': finishWithoutR2(),
  'a handover among other calls': { tool_use: [...(finishSteps().tool_use ?? []), use('list_files', {})] },
  'a note and a question': {
    tool_use: [
      use('record', { kind: 'improvement', text: 'Greet in other languages.' }),
      use('ask', { question: 'Is a comma wanted?', requirement: 'R1', blocking: false }),
    ],
  },
  'a blocking question': { tool_use: [use('ask', { question: 'Which name?', requirement: 'R1', blocking: true })] },
  'two calls of one id': { tool_use: twins },
  'cut off within a call': { tool_use: [torn('half.txt')], stop_reason: 'max_tokens' },
  'cut off in prose': { text: 'I begin with', stop_reason: 'max_tokens' },
  paused: { text: 'A moment.', stop_reason: 'pause_turn' },
  refusing: { text: 'I will not.', stop_reason: 'refusal' },
  'a full window': { text: 'So', stop_reason: 'model_context_window_exceeded' },
  'an unknown stop reason': { text: 'x', stop_reason: 'compaction' },
  empty: { stop_reason: 'end_turn' },
  'prose alone': { text: 'Done.' },
  'calls announced, none made': { text: 'Now', stop_reason: 'tool_use' },
  'nearly all tokens spent': { tool_use: [use('list_files', {})], usage: { input_tokens: 19_990_000 } },
  '429, at once': refused(429, { type: 'rate_limit_error' }),
  '429, in a second': refused(429, { type: 'rate_limit_error', headers: { 'retry-after': '1' } }),
  '429, beyond the time left': refused(429, { type: 'rate_limit_error', headers: { 'retry-after': '55' } }),
  '500 of a gateway': refused(500, { html: '<html>nginx</html>' }),
  'status 529': refused(529, { type: 'overloaded_error' }),
  'an error before anything': { fault: { errorEvent: 'overloaded_error', isFirst: true } },
  'an error within the answer': { fault: { errorEvent: 'api_error' } },
  'a cut connection': { fault: 'cut' },
  'no message_stop': { fault: 'no-stop' },
  'status 401': refused(401, { type: 'authentication_error' }),
  'no credit': refused(400, { message: 'Your credit balance is too low.' }),
} satisfies Record<string, Scripted | ((request: MessagesRequest) => Scripted)>;

/** Of the run's limit in minutes a wait of 55 s is beyond. */
export const MAX_MINUTES = 1;

/** The model of a scenario. */
export function modelOf({ steps }: Scenario): (request: MessagesRequest) => Scripted {
  const left = [...steps];
  return (request) => {
    const name = left.shift();
    const scripted: Scripted | ((request: MessagesRequest) => Scripted) = name === undefined ? work : STEPS[name];
    return typeof scripted === 'function' ? scripted(request) : scripted;
  };
}

/** Titles of the increments that a conversation was told are committed. */
export function completedIn({ messages }: MessagesRequest): string[] {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const succeeded = new Set(
    blocks.flatMap((block) => (block.type === 'tool_result' && !block.is_error ? [block.tool_use_id] : [])),
  );
  return blocks.flatMap((block) =>
    block.type === 'tool_use' && block.name === 'complete_increment' && succeeded.has(block.id)
      ? [(block.input as { title: string }).title]
      : [],
  );
}

const CALLS = {
  'the repository': ['GET', /\/demo$/],
  'the branch': ['GET', /\/branches\//],
  'the permission': ['GET', /\/permission$/],
  'the pull requests': ['GET', /\/pulls$/],
  'a new pull request': ['POST', /\/pulls$/],
  'a changed pull request': ['PATCH', /\/pulls\/\d+$/],
  'the login or the draft': ['POST', /\/graphql$/],
  'a label': ['POST', /\/labels$/],
  'the comments': ['GET', /\/comments$/],
  'a new comment': ['POST', /\/comments$/],
  'a changed comment': ['PATCH', /\/comments\/\d+$/],
  'any change': ['PATCH', /./],
} satisfies Record<string, [method: string, path: RegExp]>;

const secondary = { message: 'You have exceeded a secondary rate limit.' };
const FAILURES = {
  'status 401': { status: 401 },
  'status 403': {
    status: 403,
    body: { message: 'GitHub Actions is not permitted to create or approve pull requests.' },
  },
  'status 404': { status: 404 },
  'status 422': { status: 422, body: { message: 'Validation Failed' } },
  'status 500': { status: 500 },
  '502, carried out all the same': { status: 502, afterwards: true },
  'a secondary limit of a second': { status: 403, body: secondary, headers: { 'retry-after': '1' } },
  'a limit of an hour': { status: 429, headers: { 'retry-after': '3600' } },
} satisfies Record<string, Partial<Fault>>;

/** What GitHub does, for its double. */
export function faultsOf({ github }: Scenario): Fault[] {
  return github.map(({ call, failure, after, times }) => {
    const [method, path] = CALLS[call];
    return { method, path, after, times, ...FAILURES[failure] };
  });
}

const namesOf = <T extends object>(table: T) => fc.constantFrom(...(Object.keys(table) as (keyof T)[]));
/** Nobody would learn much from runs that never get to work. */
const anyStep = fc.oneof({ weight: 2, arbitrary: fc.constant<Step>('work') }, { weight: 3, arbitrary: namesOf(STEPS) });
const anySignal = fc.constantFrom('SIGINT' as const, 'SIGTERM' as const, 'SIGKILL' as const, 'lost' as const);
const anyEnd = fc.record({ signal: anySignal, atEvent: fc.nat(25), delayMs: fc.nat(800) });
const anyFault = fc.record({
  call: namesOf(CALLS),
  failure: namesOf(FAILURES),
  after: fc.nat(2),
  times: fc.integer({ min: 1, max: 3 }),
});

export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  publish: fc.constantFrom('pull-request', 'pull-request', 'topic', 'none'),
  steps: fc.array(anyStep, { maxLength: 6 }),
  github: fc.array(anyFault, { maxLength: 3 }),
  refusesPushes: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  end: fc.option(anyEnd, { nil: undefined, freq: 2 }),
});
