// A gate before a bare repository, as a hook of the server: pushes can be refused or held up, and every update of a
// branch is written down.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface GitGate extends AsyncDisposable {
  /** Resolves when a push has come, since the last call and since the mode was set. */
  arrival(): Promise<void>;
  /** What happens to pushes from now on. */
  set(mode: 'open' | 'refuse' | 'hold'): Promise<void>;
  /** `<branch> <commit>` for each update that went through, in order. */
  updates(): Promise<string[]>;
}

/** @param bare the repository's path @param branch the only one that the gate is for */
export async function gitGate(bare: string, branch: string): Promise<GitGate> {
  const hooks = path.join(bare, 'hooks');
  const [mode, arrived, log] = ['mode', 'arrived', 'log'].map((name) => path.join(hooks, name)) as [
    string,
    string,
    string,
  ];
  const hook = async (name: string, lines: readonly string[]) => {
    await writeFile(path.join(hooks, name), `#!/bin/sh\n${lines.join('\n')}\n`);
    await chmod(path.join(hooks, name), 0o755);
  };
  await mkdir(hooks, { recursive: true });
  await writeFile(mode, 'open');
  await writeFile(log, '');
  await hook('update', [
    `[ "$1" = "refs/heads/${branch}" ] || exit 0`,
    `touch '${arrived}'`,
    `while grep -q hold '${mode}' 2>/dev/null; do sleep 0.1; done`,
    `! grep -q refuse '${mode}'`,
  ]);
  await hook('post-receive', [`while read old new ref; do echo "\${ref#refs/heads/} $new" >> '${log}'; done`]);
  return {
    async arrival() {
      while (!existsSync(arrived)) await new Promise((resolve) => setTimeout(resolve, 20));
      await rm(arrived, { force: true });
    },
    async set(wanted) {
      await rm(arrived, { force: true });
      await writeFile(mode, wanted);
    },
    async updates() {
      return (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
    },
    [Symbol.asyncDispose]: () => writeFile(mode, 'open'), // whoever still waits goes on
  };
}
