// A clone whose configuration, attributes and hooks run programs of an attacker wherever git lets them, and the proof that
// git does: each plant leaves a mark of its own when it runs. What must not trip them is the tests' affair.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { gitIn, type TempRepo } from './temp-repo.js';

/** Committed beside the files of the repository: every file goes through the planted filter and differs by textconv. */
export const PLANTED_ATTRIBUTES = { '.gitattributes': '* filter=plant diff=plant\n' };

/** Names of githooks(5) that a client's git runs. */
const HOOKS = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg'],
  ...[
    'commit-msg',
    'post-commit',
    'pre-rebase',
    'post-checkout',
    'post-merge',
    'pre-push',
    'pre-auto-gc',
    'post-rewrite',
  ],
  ...['sendemail-validate', 'fsmonitor-watchman', 'post-index-change', 'reference-transaction', 'push-to-checkout'],
];
/** What `tripAll` trips: a plant that is not among the marks afterwards was no attack. */
export const TRIPPED = [
  ...['fsmonitor', 'clean', 'smudge', 'external-diff', 'external-diff-environment', 'textconv', 'gpg', 'ssh'],
  ...['credential-helper', 'askpass', 'ext', 'receive-pack', 'gitfile'],
  ...['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit', 'post-checkout', 'pre-push'].map(
    (name) => `hook-${name}`,
  ),
  ...['post-index-change', 'reference-transaction'].map((name) => `hook-${name}`),
];

export interface GitPlants {
  /** Variables of a runner's step that point to plants too. */
  env: Record<string, string>;
  /** Content of a `.git` file that leads to a planted repository. */
  gitfile: string;
  /** Names of the plants that ran. */
  marks(): Promise<string[]>;
  /** Lets plain git do its usual work in a copy of the clone, so that the plants run. */
  tripAll(): Promise<void>;
}

export async function plantGit(repo: TempRepo): Promise<GitPlants> {
  const [plants, marksDir] = [path.join(repo.parent, 'plants'), path.join(repo.parent, 'marks')];
  await mkdir(plants);
  await mkdir(marksDir);
  const plant = async (name: string, rest = 'exit 0', folder = plants) => {
    const file = path.join(folder, name);
    const mark = path.join(marksDir, folder === plants ? name : `hook-${name}`);
    await writeFile(file, `#!/bin/sh\n: > '${mark}'\n${rest}\n`, { mode: 0o755 });
    return file;
  };
  const gitDir = path.join(repo.dir, '.git');
  await mkdir(path.join(gitDir, 'hooks'), { recursive: true });
  for (const hook of HOOKS) await plant(hook, 'cat > /dev/null; exit 0', path.join(gitDir, 'hooks'));
  const config: [key: string, value: string][] = [
    ['core.fsmonitor', await plant('fsmonitor', 'exit 1')],
    ['filter.plant.clean', await plant('clean', 'exec sed s/Hello/Pwned/g')],
    ['filter.plant.smudge', await plant('smudge', 'exec cat')],
    ['diff.external', await plant('external-diff')],
    ['diff.plant.textconv', await plant('textconv', 'exec cat "$1"')],
    ['commit.gpgSign', 'true'],
    ['gpg.program', await plant('gpg', 'exit 1')],
    ['core.sshCommand', await plant('ssh', 'exit 1')],
    ['credential.helper', await plant('credential-helper')],
    ['core.askPass', await plant('askpass', 'echo x')],
    ['protocol.ext.allow', 'always'],
    [`url.ext::${await plant('ext', 'exit 1')} .insteadOf`, repo.origin],
    ['remote.origin.receivepack', await plant('receive-pack', 'exec git-receive-pack "$@"')],
  ];
  for (const [key, value] of config) await repo.git('config', key, value);

  const elsewhere = path.join(repo.parent, 'elsewhere.git');
  await gitIn(repo.parent, 'init', '--quiet', elsewhere);
  await gitIn(elsewhere, 'config', 'core.fsmonitor', await plant('gitfile', 'exit 1'));
  const gitfile = `gitdir: ${path.join(elsewhere, '.git')}\n`;
  const userConfig = path.join(plants, 'gitconfig');
  await writeFile(userConfig, `[core]\n\tfsmonitor = ${path.join(plants, 'fsmonitor')}\n`);
  const env = {
    GIT_EXTERNAL_DIFF: await plant('external-diff-environment'),
    GIT_SSH_COMMAND: path.join(plants, 'ssh'),
    GIT_ASKPASS: path.join(plants, 'askpass'),
    GIT_CONFIG_GLOBAL: userConfig,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: path.join(gitDir, 'hooks'),
    GIT_TEMPLATE_DIR: gitDir,
  };

  async function tripAll(): Promise<void> {
    const copy = path.join(repo.parent, 'copy');
    await cp(repo.dir, copy, { recursive: true });
    const run = promisify(execFile);
    const identity = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x' };
    const plain = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', ...identity };
    /** What git makes of it does not matter: some plants refuse. */
    const git = (args: string[], more = {}, cwd = copy) =>
      run('git', args, { cwd, env: { ...plain, ...more } }).catch(() => undefined);
    await writeFile(path.join(copy, 'new.txt'), 'Hello\n');
    await git(['add', 'new.txt']);
    await git(['commit', '-m', 'unsigned', '--no-gpg-sign']);
    await writeFile(path.join(copy, 'new.txt'), 'Hello again\n');
    await git(['diff']);
    await git(['diff', '--no-ext-diff']);
    await git(['diff'], { GIT_EXTERNAL_DIFF: env.GIT_EXTERNAL_DIFF });
    await git(['commit', '--all', '-m', 'signed']);
    await git(['checkout', '--force', 'HEAD~1']);
    await git(['ls-remote', 'ssh://git@host.invalid/x']);
    const server = createServer((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await git(['ls-remote', `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`]);
    await new Promise((resolve) => server.close(resolve));
    await git(['push', 'origin', 'HEAD:refs/heads/tripped']);
    await git(['config', '--remove-section', `url.ext::${path.join(plants, 'ext')} `]);
    await git(['push', 'origin', 'HEAD:refs/heads/tripped']);
    const led = path.join(repo.parent, 'led');
    await mkdir(led);
    await writeFile(path.join(led, '.git'), gitfile);
    await git(['status'], {}, led);
    await rm(copy, { recursive: true });
  }

  return { env, gitfile, tripAll, marks: async () => (await readdir(marksDir)).sort() };
}
