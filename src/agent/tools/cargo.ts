// Runs a cargo command for the model and shows its output: whole where it fits, else errors and results first.
import path from 'node:path';
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { describeEnd } from '../../platform/command.js';
import { scopeArguments } from '../../verify/verify.js';
import type { AgentCargoRun, CargoCommand } from '../../workshop/workshop.js';
import { CARGO_COMMANDS, checkCargoArgs, firstView } from '../../workshop/workshop.js';
import { showRun } from '../show-run.js';
import type { ToolContext, ToolText } from './tool.js';
import { defineTool } from './tool.js';

const DEFAULT_TIMEOUT_MS = 15 * 60_000;

export const cargo = defineTool({
  name: 'cargo',
  description:
    'Runs cargo: check, build, test, clippy, fmt, doc, tree, explain (args: an error code), new (args: a folder; "." makes the crate in place), and for ' +
    'dependencies add, remove, update. Without a package or target in args, check, build, test and clippy cover the whole workspace. The code runs without ' +
    'network. Output that does not fit one page is kept whole; read_output shows every page of it.',
  input: z.object({
    command: z.enum(CARGO_COMMANDS),
    args: z.array(z.string()).optional().describe('Such as ["--lib"] or ["store::tests", "--", "--nocapture"].'),
  }),
  run: async ({ command, args = [] }, context) => {
    const checked = checkCargoArgs(command, args);
    switch (command) {
      case 'add':
      case 'remove':
      case 'update':
        return changeDependencies(command, checked, context);
      case 'explain':
        if (checked.length !== 1) throw new ToolError('cargo explain needs one error code in args, such as ["E0382"].');
        return run(context, command, ['--explain', ...checked], 'plain');
      case 'new':
        return create(checked, context);
      case 'fmt':
        return format(checked, context);
      case 'tree':
        return run(context, command, ['tree', ...checked], 'plain');
      case 'test':
        return run(context, command, ['test', ...withScope(command, checked, context)], 'plain');
      case 'check':
      case 'build':
      case 'clippy':
      case 'doc':
        return run(context, command, [command, ...withScope(command, checked, context)], 'messages');
    }
  },
});

/** Fills in what the gates use, so that the model sees what the verification will see and builds are shared. */
function withScope(command: CargoCommand, args: readonly string[], { scope }: ToolContext): string[] {
  const own = args.indexOf('--') === -1 ? args : args.slice(0, args.indexOf('--'));
  const has = (...names: string[]) => own.some((arg) => names.includes(arg));
  const added: string[] = [];
  if (!has('-p', '--package', '--workspace', '--all')) added.push(...scopeArguments(scope));
  const targets = [
    '--lib',
    '--bins',
    '--bin',
    '--tests',
    '--test',
    '--examples',
    '--example',
    '--benches',
    '--bench',
    '--all-targets',
  ];
  if ((command === 'check' || command === 'clippy') && !has(...targets)) added.push('--all-targets');
  if (command === 'doc' && !has('--no-deps')) added.push('--no-deps');
  if (command === 'test' && !has('--no-fail-fast', '--no-run')) added.push('--no-fail-fast');
  if (!has('--features', '-F', '--all-features', '--no-default-features')) added.push(...scope.extraArgs);
  return [...added, ...args];
}

async function run(
  context: ToolContext,
  command: CargoCommand,
  args: readonly string[],
  format: 'messages' | 'plain',
  adopts?: () => Promise<readonly string[]>,
): Promise<ToolText> {
  const timeoutMs = Math.min(DEFAULT_TIMEOUT_MS, context.commandTimeoutMs());
  const result = await context.workshop.cargoForAgent({ args, format, timeoutMs, signal: context.signal }, adopts);
  await context.unread.ran(context.workshop.outputs, result, () => context.passes(result));
  const text = `${await showRun(context.workshop.outputs, result)}${aftermath(command, result)}`;
  return result.exitCode === 0 ? text : { failed: text };
}

function aftermath(command: CargoCommand, { written, putBack }: AgentCargoRun): string {
  const notes: string[] = [];
  if (written.length > 0)
    notes.push(
      `${command === 'fmt' ? 'Reformatted' : 'Written'}: ${written.join(', ')}. Read a file again before editing it.`,
    );
  if (putBack.length > 0)
    notes.push(
      `Tests or build scripts had changed ${putBack.join(', ')}; the files are as you left them, such changes never count.`,
    );
  return notes.map((note) => `\n${note}`).join('');
}

function format(args: readonly string[], context: ToolContext): Promise<ToolText> {
  const all = args.some((arg) => ['-p', '--package', '--all'].includes(arg)) ? args : ['--all', ...args];
  const sources = () => Promise.resolve(context.workshop.copy.list().filter((file) => file.endsWith('.rs')));
  return run(context, 'fmt', ['fmt', ...all], 'plain', sources);
}

/** `cargo new`, or `cargo init` where the folder exists already. */
async function create(args: readonly string[], context: ToolContext): Promise<ToolText> {
  const folder = args.find((arg, i) => !arg.startsWith('-') && !['--name', '--edition'].includes(args[i - 1] ?? ''));
  if (folder === undefined)
    throw new ToolError('cargo new needs a folder in args, such as ["crates/core", "--lib"] or ["."].');
  const { copy, workingDirectory } = context.workshop;
  const inside = path.posix.join(workingDirectory, folder);
  const { relative } = await copy.gate(inside === '.' ? './' : inside);
  copy.mayChange(path.posix.join(relative, 'Cargo.toml'));
  const isThere = await copy.exists(relative);
  if (isThere && copy.list().includes(relative))
    throw new ToolError(`${relative} is a file; cargo new needs a folder.`);
  return run(context, 'new', [isThere ? 'init' : 'new', '--vcs', 'none', ...args], 'plain', async () => [
    ...copy.list().filter((file) => path.posix.basename(file) === 'Cargo.toml'),
    // A refused name leaves no folder behind.
    ...((await copy.exists(relative)) ? await copy.filesBelow(relative) : []),
  ]);
}

async function changeDependencies(
  command: CargoCommand,
  args: readonly string[],
  { workshop, signal, commandTimeoutMs }: ToolContext,
): Promise<ToolText> {
  const result = await workshop.changeDependencies([command, ...args], { signal, timeoutMs: commandTimeoutMs() });
  const writer = workshop.outputs.open(`cargo-${command}`, () => undefined);
  writer.write(result.text);
  const output = await writer.close();
  const changed = [...result.changed.keys()].join(', ');
  const outcome = result.succeeded
    ? `changed ${changed || 'nothing'}${changed === '' ? '' : '; read a file again before editing it'}`
    : `${describeEnd(result.end)}; nothing was changed`;
  const body = firstView(output, await workshop.outputs.read(output), [], []);
  const text = `cargo ${[command, ...args].join(' ')}: ${outcome} [output ${output.id}]\n${body}`;
  return result.succeeded ? text : { failed: text };
}
