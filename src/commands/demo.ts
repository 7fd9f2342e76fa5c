// `ferrule demo`: example 2 in a repository of its own with a bare remote. Everything is real but the words of the model.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../errors.js';
import { describeEnd, runCommand } from '../platform/command.js';
import { gitEnvironment } from '../platform/git-environment.js';
import type { Command } from './command.js';
import { readWords } from './command.js';
import { startRun } from './run.js';

const EXAMPLE = '2-feature-in-existing-crate';
const SPEC = 'specs/004-expiry-and-eviction.md';
const IDENTITY = {
  GIT_AUTHOR_NAME: 'demo',
  GIT_AUTHOR_EMAIL: 'demo@localhost',
  GIT_COMMITTER_NAME: 'demo',
  GIT_COMMITTER_EMAIL: 'demo@localhost',
};

export const DEMO: Command = {
  name: 'demo',
  usage: '',
  summary: 'watch a whole run: recorded conversation, real cargo, real git, real sandbox',
  details: `Copies an example into a temporary repository with a remote of its own and implements its spec there. Needs
Linux, git, bubblewrap and a Rust toolchain with clippy and rustfmt; no key and no network. See doctor.`,
  async start(words, world) {
    readWords(words, []);
    const example = path.join(world.root, 'examples', EXAMPLE);
    const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-demo-'));
    const remote = path.join(folder, 'remote.git');
    const clone = path.join(folder, 'clone');
    await cp(path.join(example, 'repo'), clone, { recursive: true });
    const git = async (...args: string[]) => {
      const env = { ...gitEnvironment(world.environment), ...IDENTITY };
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
    world.print(`Demo: ${SPEC} in a fresh repository; the conversation is recorded, everything else is real.\n`);
    const replay = path.join(example, 'replay.jsonl');
    const status = await startRun({ spec: SPEC, replay, publish: 'pull-request' }, world, clone);
    const branches = await git('ls-remote', '--heads', 'origin');
    world.print(
      `\nBranches of the remote:\n${branches.replaceAll(/^/gm, '  ')}\nRead the work: git -C ${remote} log -p main..ferrule/specs-004-expiry-and-eviction`,
    );
    await rm(clone, { recursive: true, force: true });
    return status;
  },
};
