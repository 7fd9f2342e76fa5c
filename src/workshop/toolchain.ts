// Finds the Rust toolchain of a run by our own reading of the base commit's toolchain file. The rustup proxy is never
// started in an untrusted tree: `path = …` in a toolchain file would make it run a planted cargo.
import path from 'node:path';
import { parse } from 'smol-toml';
import { UserError, messageOf } from '../errors.js';
import type { RunCommand } from '../platform/command.js';
import { findProgram } from '../platform/find-program.js';
import type { SourceTree } from '../platform/source-tree.js';
import type { Mount } from '../sandbox/sandbox.js';
import { printable } from './path-gate.js';

export interface Toolchain {
  /** The folder of `cargo` and `rustc`. */
  bin: string;
  cargo: string;
  /** `rustc 1.95.0 (…)`. */
  rustcVersion: string;
  cargoVersion: string;
  /** Host triple, `x86_64-unknown-linux-gnu`. */
  host: string;
  hasClippy: boolean;
  hasRustfmt: boolean;
  /** What a box must see of it. */
  mounts: readonly Mount[];
}

/** rustup's own names: `stable`, `1.85`, `1.85.0`, `nightly-2026-01-31`, with an optional host triple. */
const PLAIN_CHANNEL = /^(stable|beta|nightly|\d+\.\d+(\.\d+)?(-beta(\.\d+)?)?)(-\d{4}-\d{2}-\d{2})?(-[a-z0-9_]+){0,4}$/;
const TIMEOUT_MS = 60_000;

/**
 * The channel that the base commit asks for.
 * @throws UserError when the file is unreadable or names anything but a plain channel
 */
export async function readChannel(tree: SourceTree, workingDirectory: string): Promise<string | undefined> {
  for (const folder of foldersUpwards(workingDirectory)) {
    for (const name of ['rust-toolchain', 'rust-toolchain.toml']) {
      const file = path.posix.join(folder, name);
      const text = (await tree.read(file))?.toString('utf8').trim();
      if (text === undefined) continue;
      const channel = text.includes('[') ? channelOf(text, file) : text;
      if (channel === undefined) return undefined;
      if (!PLAIN_CHANNEL.test(channel))
        throw new UserError(
          `${file} asks for toolchain '${printable(channel)}', which is no plain channel name. Use one such as stable or 1.85.0.`,
        );
      return channel;
    }
  }
  return undefined;
}

function foldersUpwards(workingDirectory: string): string[] {
  const folders = [''];
  for (const part of workingDirectory.split('/').filter((name) => name !== '' && name !== '.'))
    folders.unshift(path.posix.join(folders[0] ?? '', part));
  return folders;
}

function channelOf(text: string, file: string): string | undefined {
  try {
    const { toolchain } = parse(text) as { toolchain?: { channel?: unknown; path?: unknown } };
    if (toolchain?.path !== undefined)
      throw new UserError(
        `${file} names a toolchain by path, which Ferrule never follows. Use a channel such as stable.`,
      );
    if (toolchain?.channel !== undefined && typeof toolchain.channel !== 'string')
      throw new UserError(`${file}: channel must be a string in quotes, such as "1.85.0".`);
    return toolchain?.channel;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file} is not valid TOML (${messageOf(error).split('\n')[0] ?? ''}). Mend it on the base branch.`,
    );
  }
}

/**
 * Locates cargo, rustc and the components.
 * @throws UserError when cargo is missing or the channel is not installed, with the line that installs it
 */
export async function findToolchain(options: {
  channel: string | undefined;
  environment: NodeJS.ProcessEnv;
  runCommand: RunCommand;
}): Promise<Toolchain> {
  const { environment } = options;
  // rustup reads these; nothing else of our environment reaches it. It must not install anything on its own.
  const env: Record<string, string> = { PATH: environment.PATH ?? '/usr/bin:/bin', RUSTUP_AUTO_INSTALL: '0' };
  for (const name of ['HOME', 'RUSTUP_HOME', 'CARGO_HOME', 'RUSTUP_TOOLCHAIN'])
    if (environment[name]) env[name] = environment[name];
  const ask = async (file: string, ...args: string[]) => {
    const result = await options.runCommand({ file, args, cwd: '/', env, timeoutMs: TIMEOUT_MS });
    return result.end.kind === 'exited' && result.end.code === 0 ? result.stdout.toString('utf8').trim() : undefined;
  };
  const rustup = findProgram('rustup', environment);
  const onPath = findProgram('cargo', environment);
  const wanted = options.channel === undefined ? [] : ['--toolchain', options.channel];
  const managed = rustup === undefined ? undefined : await ask(rustup, 'which', ...wanted, 'cargo');
  if (managed === undefined && rustup !== undefined && options.channel !== undefined)
    throw new UserError(
      `Toolchain '${options.channel}', which the repository asks for, is not installed. Add a step: ${installLine(options.channel)}.`,
    );
  if (managed === undefined && rustup !== undefined)
    throw new UserError(
      `rustup has no default toolchain with cargo. Add a step: ${installLine('stable')} && rustup default stable.`,
    );
  const cargo = managed ?? onPath;
  if (cargo === undefined)
    throw new UserError(
      `cargo was not found on PATH. Install Rust in an earlier step, for example: ${installLine('stable')}.`,
    );
  const bin = path.dirname(cargo);
  const [rustcVersion, cargoVersion, sysroot] = await Promise.all([
    ask(path.join(bin, 'rustc'), '-vV'),
    ask(cargo, '-V'),
    ask(path.join(bin, 'rustc'), '--print', 'sysroot'),
  ]);
  if (rustcVersion === undefined || cargoVersion === undefined || sysroot === undefined)
    throw new UserError(
      'cargo was found, but its rustc does not start. Reinstall the toolchain: rustup toolchain install stable.',
    );
  const version = /^rustc (\S+)/.exec(rustcVersion)?.[1] ?? '';
  if (managed === undefined && options.channel !== undefined && !isOfChannel(version, options.channel))
    throw new UserError(
      `The repository asks for toolchain '${options.channel}', but this runner has rustc ${printable(version)} and no rustup. ` +
        `Install rustup, then: ${installLine(options.channel)}.`,
    );
  return {
    bin,
    cargo,
    rustcVersion: rustcVersion.split('\n')[0] ?? rustcVersion,
    cargoVersion,
    host: /^host: (.*)$/m.exec(rustcVersion)?.[1] ?? 'unknown',
    ...componentsOf(bin),
    mounts: [...new Set([bin, sysroot])]
      .filter((folder) => !folder.startsWith('/usr/') && folder !== '/usr')
      .filter((folder, _, all) => !all.some((other) => folder.startsWith(`${other}/`)))
      .map((folder) => ({ host: folder, box: folder, writable: false })),
  };
}

/** Which components lie beside a cargo now: another step of the job may take one away, or bring it. */
export function componentsOf(bin: string): Pick<Toolchain, 'hasClippy' | 'hasRustfmt'> {
  const has = (...programs: string[]) => programs.every((name) => findProgram(name, { PATH: bin }) !== undefined);
  return { hasClippy: has('cargo-clippy', 'clippy-driver'), hasRustfmt: has('cargo-fmt', 'rustfmt') };
}

function installLine(channel: string): string {
  return `rustup toolchain install ${channel} --profile minimal -c clippy,rustfmt`;
}

/** Whether a compiler that rustup did not choose is of a channel, as far as its version tells; dates are not compared. */
function isOfChannel(version: string, channel: string): boolean {
  const [, named = '', prerelease = ''] = /^(\d[\d.]*)?-?(beta|nightly|stable)?/.exec(channel) ?? [];
  const [number = '', suffix = ''] = version.split('-');
  const kind = suffix.split('.')[0] ?? '';
  return `${number}.`.startsWith(named === '' ? '' : `${named}.`) && kind === prerelease.replace('stable', '');
}
