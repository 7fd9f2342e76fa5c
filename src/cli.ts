// The command line: the same runs with the same defaults, from a clone instead of a workflow. Words in, inputs out; what
// a run does is not known here.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { didYouMean } from './did-you-mean.js';
import { UserError } from './errors.js';
import type { Inputs, RunContext } from './inputs/inputs.js';
import { INPUT_DEFAULTS, readEvent, readInputs } from './inputs/inputs.js';
import { describeEnd, runCommand } from './platform/command.js';
import { gitEnvironment } from './platform/git-environment.js';

export interface CliWorld {
  /** The folder that holds agents/ and examples/. */
  root: string;
  environment: NodeJS.ProcessEnv;
  print: (text: string) => void;
  /** Carries out a run. @returns the exit status */
  run: (request: { inputs: Inputs; context: RunContext }) => Promise<number>;
}

const HELP = `ferrule: turns an architecture spec into Rust, and proves with cargo what was built

  ferrule run SPEC [--INPUT VALUE ...]     run a spec of this repository; leaves a local branch (--publish none)
  ferrule replay TRANSCRIPT --spec SPEC    run with the answers of a recorded conversation instead of a model
  ferrule demo                             watch a whole run: recorded conversation, real cargo, real git, real sandbox

INPUT is any input of action.yml, such as --model, --max-cost-usd or --gates. The key is taken from ANTHROPIC_API_KEY.
Exit status: 0 when verified or nothing was to do, 1 otherwise.`;

/** @throws UserError for words that are not understood */
export async function runCli(words: readonly string[], world: CliWorld): Promise<number> {
  const [command = 'help', ...rest] = words;
  switch (command) {
    case 'run':
      return runHere(rest, world, {});
    case 'replay': {
      const { positionals, values } = parse(rest);
      const [transcript] = positionals;
      if (transcript === undefined)
        throw new UserError('replay needs a transcript: ferrule replay transcript.jsonl --spec specs/x.md');
      const spec = values.spec;
      if (typeof spec !== 'string')
        throw new UserError('replay needs the spec: ferrule replay transcript.jsonl --spec specs/x.md');
      return runHere([], world, { ...asTexts(values), spec, replay: transcript });
    }
    case 'demo':
      return demo(world);
    case 'help':
    case '--help':
    case '-h':
      world.print(HELP);
      return 0;
    default:
      throw new UserError(
        `There is no command '${command}'.${didYouMean(command, ['run', 'replay', 'demo', 'help'])} See ferrule help.`,
      );
  }
}

function parse(words: readonly string[]) {
  const options = Object.fromEntries(Object.keys(INPUT_DEFAULTS).map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    const option = /'(--[^' ]+)/.exec(String(error))?.[1] ?? '';
    const known = Object.keys(INPUT_DEFAULTS).map((name) => `--${name}`);
    throw new UserError(
      `Option ${option} is not understood.${didYouMean(option, known)} Options are the inputs of action.yml.`,
    );
  }
}

function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

async function runHere(words: readonly string[], world: CliWorld, given: Record<string, string>): Promise<number> {
  const { positionals, values } = parse(words);
  const texts: Record<string, string> = { ...asTexts(values), ...given };
  if (positionals.length > 0) texts.spec = [texts.spec ?? '', ...positionals].join('\n').trim();
  return start(texts, world, process.cwd());
}

function start(texts: Readonly<Record<string, string>>, world: CliWorld, workspace: string): Promise<number> {
  const context = readEvent({}, undefined, { workspace, temp: tmpdir() });
  const key = world.environment.ANTHROPIC_API_KEY ?? '';
  const inputs = readInputs(
    (name) => texts[name] ?? (name === 'anthropic-api-key' && !texts.replay ? key : ''),
    context,
  );
  return world.run({ inputs, context });
}

const DEMO_EXAMPLE = '2-feature-in-existing-crate';
const DEMO_SPEC = 'specs/004-expiry-and-eviction.md';

/** Example 2 in a repository of its own with a bare remote: everything real but the words of the model. */
async function demo(world: CliWorld): Promise<number> {
  const example = path.join(world.root, 'examples', DEMO_EXAMPLE);
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-demo-'));
  const remote = path.join(folder, 'remote.git');
  const clone = path.join(folder, 'clone');
  await cp(path.join(example, 'repo'), clone, { recursive: true });
  const git = async (...args: string[]) => {
    const identity = {
      GIT_AUTHOR_NAME: 'demo',
      GIT_AUTHOR_EMAIL: 'demo@localhost',
      GIT_COMMITTER_NAME: 'demo',
      GIT_COMMITTER_EMAIL: 'demo@localhost',
    };
    const env = { ...gitEnvironment(world.environment), ...identity };
    const result = await runCommand({ file: 'git', args, cwd: clone, env, timeoutMs: 60_000 });
    if (result.end.kind !== 'exited' || result.end.code !== 0)
      throw new UserError(
        `git ${args[0] ?? ''} failed: ${result.stderr.toString('utf8').trim() || describeEnd(result.end)}`,
      );
    return result.stdout.toString('utf8').trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Base of the demo');
  await git('init', '--quiet', '--bare', remote);
  await git('remote', 'add', 'origin', remote);
  await git('push', '--quiet', 'origin', 'main');
  world.print(`Demo: ${DEMO_SPEC} in a fresh repository; the conversation is recorded, everything else is real.\n`);
  const replay = path.join(example, 'replay.jsonl');
  const status = await start({ spec: DEMO_SPEC, replay, publish: 'pull-request' }, world, clone);
  const branches = await git('ls-remote', '--heads', 'origin');
  world.print(
    `\nBranches of the remote:\n${branches.replaceAll(/^/gm, '  ')}\nRead the work: git -C ${remote} log -p main..ferrule/specs-004-expiry-and-eviction`,
  );
  await rm(clone, { recursive: true, force: true });
  return status;
}
