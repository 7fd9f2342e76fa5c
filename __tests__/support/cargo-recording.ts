// Records what the real cargo prints for small workspaces, both streams merged as on a terminal.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const CARGO_TEST: readonly string[] = ['test', '--offline', '--workspace', '--no-fail-fast'];

export interface Recording {
  cwd: string;
  list: string;
  run: string;
  exitCode: number | null;
}

export interface CargoRecorder {
  /** Writes a workspace of `{ 'member/path': text }` (manifests where none is given) and records its list and its run. */
  record(name: string, files: Record<string, string>, libtestArgs?: readonly string[]): Recording;
  /** One cargo command. */
  cargo(cwd: string, args: readonly string[]): { output: string; exitCode: number | null };
  remove(): void;
}

/** A member's manifest. */
export function memberManifest(name: string, rest = '', edition = '2024'): string {
  return `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "${edition}"\n${rest}`;
}

/** All recordings of one recorder share a target directory in a temporary folder. */
export function openRecorder(): CargoRecorder {
  const root = mkdtempSync(join(tmpdir(), 'cargo-recording-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    CARGO_TERM_COLOR: 'never',
    RUST_BACKTRACE: '0',
    CARGO_TARGET_DIR: join(root, 'target'),
  };
  const cargo: CargoRecorder['cargo'] = (cwd, args) => {
    const command = ['-c', 'exec "$@" 2>&1', 'sh', 'cargo', ...args];
    const { stdout, status } = spawnSync('sh', command, { cwd, env, encoding: 'utf8' });
    return { output: stdout, exitCode: status };
  };
  return {
    cargo,
    record(name, files, libtestArgs = []) {
      const cwd = join(root, name);
      const members = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
      const all: Record<string, string> = {
        'Cargo.toml': `[workspace]\nresolver = "3"\nmembers = ${JSON.stringify(members)}\n`,
        ...Object.fromEntries(members.map((member) => [`${member}/Cargo.toml`, memberManifest(member)])),
        ...files,
      };
      for (const [path, text] of Object.entries(all)) {
        mkdirSync(dirname(join(cwd, path)), { recursive: true });
        writeFileSync(join(cwd, path), text);
      }
      const list = cargo(cwd, [...CARGO_TEST, '--', '--list', '--format', 'terse']).output;
      const { output, exitCode } = cargo(cwd, [
        ...CARGO_TEST,
        ...(libtestArgs.length > 0 ? ['--', ...libtestArgs] : []),
      ]);
      return { cwd, list, run: output, exitCode };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
