// `ferrule run` and `ferrule replay`: the runs of the action with its defaults, started in a clone. Words in, inputs out;
// what a run does is not known here.
import { tmpdir } from 'node:os';
import { INPUT_DEFAULTS, readEvent, readInputs } from '../inputs/inputs.js';
import type { CliWorld, Command } from './command.js';
import { INPUT_NAMES, UsageError, readWords } from './command.js';

const LINE_WIDTH = 100;

export const RUN: Command = {
  name: 'run',
  usage: 'SPEC... [--INPUT VALUE ...]',
  summary: 'implement a spec of this repository; leaves a local branch, publishes nothing',
  details: `SPEC is a Markdown file, a folder that is one spec, or a quoted glob. The commit that is checked out is what the
run starts from; your working tree, index and remotes stay as they are. The key of the model's server is
taken from ANTHROPIC_API_KEY.

Each INPUT of action.yml is an option (--publish is 'none' here unless you say otherwise):
${inputList()}`,
  start: (words, world) => {
    const { positionals, values } = readWords(words, INPUT_NAMES);
    const spec = [values.spec ?? '', ...positionals].join('\n').trim();
    return startRun({ ...values, spec }, world, world.folder);
  },
};

export const REPLAY: Command = {
  name: 'replay',
  usage: 'TRANSCRIPT --spec SPEC [--INPUT VALUE ...]',
  summary: 'a run with the answers of a recorded conversation in place of a model',
  details: `TRANSCRIPT is the transcript.jsonl of a run's result folder. No key and no network is needed: the model's
answers are read from the file, and cargo, git and the box do their work anew. Options are those of run.`,
  async start(words, world) {
    const { positionals, values } = readWords(words, INPUT_NAMES);
    const [transcript, ...more] = positionals;
    const example = 'ferrule replay transcript.jsonl --spec specs/x.md';
    if (transcript === undefined) throw new UsageError(`replay needs a transcript: ${example}`);
    if (more.length > 0) throw new UsageError(`replay takes one transcript: ${example}`);
    if (values.spec === undefined) throw new UsageError(`replay needs the spec: ${example}`);
    return startRun({ ...values, replay: transcript }, world, world.folder);
  },
};

/** @param texts inputs by name, as a workflow would give them */
export function startRun(texts: Readonly<Record<string, string>>, world: CliWorld, workspace: string): Promise<number> {
  const context = readEvent({}, undefined, { workspace, temp: tmpdir() });
  const key = texts.replay === undefined ? (world.environment.ANTHROPIC_API_KEY ?? '') : '';
  const inputs = readInputs((name) => texts[name] ?? (name === 'anthropic-api-key' ? key : ''), context);
  return world.run({ inputs, context });
}

/** The names in lines, those with a default with it. */
function inputList(): string {
  const lines = [' '];
  for (const [name, value] of Object.entries(INPUT_DEFAULTS)) {
    if (name === 'spec' || name === 'publish') continue;
    const option = value === '' || value.includes('\n') ? `--${name}` : `--${name} (${value})`;
    const line = lines.at(-1) ?? '';
    if (line.length + option.length + 2 > LINE_WIDTH) lines.push(`  ${option}`);
    else lines[lines.length - 1] = line === ' ' ? `  ${option}` : `${line}, ${option}`;
  }
  return lines.join(',\n').replaceAll(',,', ',');
}
