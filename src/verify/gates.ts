// The gates and the cargo commands behind them. The flags are the same from the baseline to the last verification, or
// their results could not be compared (docs/architecture.md, "the same commands each time").
import type { CargoRun } from '../workshop/workshop.js';

/** Gates that are one cargo command. `audit` and `ledger` judge the change, not a command. */
export const CARGO_GATES = ['check', 'test', 'fmt', 'clippy', 'doc'] as const;
export type CargoGate = (typeof CARGO_GATES)[number];

export interface CargoScope {
  /** Limits everything to one package; `undefined`: the whole workspace. */
  package: string | undefined;
  /** The input `cargo-args`. */
  extraArgs: readonly string[];
}

export interface GateCommand {
  args: string[];
  format: 'messages' | 'plain';
}

/** What of the workspace is built: all of it, or the run's package. */
export function scopeArguments(scope: CargoScope): string[] {
  return scope.package === undefined ? ['--workspace'] : ['--package', scope.package];
}

/** The command of a gate. */
export function gateCommand(gate: CargoGate, scope: CargoScope): GateCommand {
  const where = scopeArguments(scope);
  switch (gate) {
    case 'check':
      return { args: ['check', ...where, '--all-targets', ...scope.extraArgs], format: 'messages' };
    case 'test':
      return { args: ['test', ...where, '--no-fail-fast', ...scope.extraArgs], format: 'plain' };
    case 'clippy':
      return { args: ['clippy', ...where, '--all-targets', ...scope.extraArgs], format: 'messages' };
    case 'fmt':
      return { args: ['fmt', ...(scope.package === undefined ? ['--all'] : where), '--check'], format: 'plain' };
    case 'doc':
      return { args: ['doc', ...where, '--no-deps', ...scope.extraArgs], format: 'messages' };
  }
}

/** Lists what the test command would run, without running it: the yardstick for the run's own summaries. */
export function listTestsCommand(scope: CargoScope): GateCommand {
  const { args } = gateCommand('test', scope);
  return { args: [...args, '--', '--list', '--format', 'terse'], format: 'plain' };
}

/** The component a gate needs beyond cargo and rustc. */
export function missingTool(gate: string, toolchain: { hasClippy: boolean; hasRustfmt: boolean }): string | undefined {
  if (gate === 'clippy' && !toolchain.hasClippy) return 'clippy';
  if (gate === 'fmt' && !toolchain.hasRustfmt) return 'rustfmt';
  return undefined;
}

/** The files in which `cargo fmt --check` wants changes, relative to the repository. */
export function unformattedFiles(output: string): string[] {
  const files = [...output.matchAll(/^Diff in \/project\/(.+?)(?::\d+| at line \d+):$/gm)].map(
    (match) => match[1] ?? '',
  );
  return [...new Set(files)];
}

export type RunGate = (command: GateCommand) => Promise<CargoRun>;

/** Commands that repeat a verification on a laptop, with nothing of Ferrule. */
export function reproduceCommands(
  { commit, patch }: { commit: string; patch?: string },
  workingDirectory: string,
  verification: { gates: readonly { command: string }[] },
): string[] {
  const enter = workingDirectory === '.' ? [] : [`cd ${workingDirectory}`];
  const apply = patch === undefined ? [] : [`git apply ${patch}`];
  return [`git checkout ${commit}`, ...apply, ...enter, ...verification.gates.map(({ command }) => command)];
}
