// The start of the bundle: what of a secret can be read from outside while a run goes on, and whether a signal opens the
// process. The walker has the same user as the action; as root the kernel refuses it nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { node24 } from '../support/node24.js';
import { API_KEY, runScripted, TOKEN } from '../support/scripts-crate.js';

const SECRETS = {
  'INPUT_ANTHROPIC-API-KEY': API_KEY,
  'INPUT_GITHUB-TOKEN': TOKEN,
  ACTIONS_RUNTIME_TOKEN: 'runtime-token-4711',
  DEPLOY_KEY: 'deploy-key-4712',
  GITHUB_PAT: 'personal-token-4713',
};
/** 9229, as /proc/net/tcp writes it, in state LISTEN. */
const LISTENING_INSPECTOR = /^ *\d+: [0-9A-F]+:240D [0-9A-F:]+ 0A /m;

interface Action {
  /** What of the secrets stands in the environment of the process, readable in /proc. */
  readable: string[];
  environment: string;
  command: string;
  /** What its open descriptors lead to. */
  files: string[];
}

/** Looks at the action and sends it SIGUSR1 while it waits for the model; it then ends by its limit of turns. */
async function runAndLook(node: string | undefined) {
  let workspace = '';
  const seen = { actions: [] as Action[], isInspectorOpen: false };
  const look = () => {
    for (const { pid, ...action } of processesOf(workspace)) {
      seen.actions.push(action);
      process.kill(pid, 'SIGUSR1');
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500); // an inspector opens on a thread of its own
    seen.isInspectorOpen = LISTENING_INSPECTOR.test(readFileSync('/proc/net/tcp', 'utf8'));
    return { text: 'I stop here.' };
  };
  const { ACTIONS_RUNTIME_TOKEN, DEPLOY_KEY, GITHUB_PAT } = SECRETS;
  await using scripted = await runScripted({
    prepare: (repo) => Promise.resolve(void (workspace = repo.dir)),
    answers: [look],
    inputs: { 'max-turns': '1', gates: 'check' },
    run: {
      env: { ACTIONS_RUNTIME_TOKEN, DEPLOY_KEY, GITHUB_PAT, NODE_OPTIONS: '--no-deprecation' },
      ...(node === undefined ? {} : { node }),
    },
  });
  const { action, model } = scripted;
  return { ...seen, stderr: action.stderr, outputs: action.outputs, requests: model.requests.length };
}

/** The processes of the action that runs in a folder. A child that has not yet become its program looks like one. */
function processesOf(workspace: string): (Action & { pid: number; parent: number })[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const alike = processes.flatMap((name) => {
    const [command, environment] = [linesOf(`/proc/${name}/cmdline`), linesOf(`/proc/${name}/environ`)];
    if (!command.includes('/dist/index.js') || !environment.includes(`GITHUB_WORKSPACE=${workspace}\n`)) return [];
    const readable = Object.entries(SECRETS).flatMap(([key, value]) => (environment.includes(value) ? [key] : []));
    const parent = Number(/^PPid:\s*(\d+)$/m.exec(linesOf(`/proc/${name}/status`))?.[1]);
    return [{ pid: Number(name), parent, command, environment, readable, files: openFiles(name) }];
  });
  const pids = new Set(alike.map(({ pid }) => pid));
  return alike.filter(({ parent }) => !pids.has(parent));
}

function openFiles(pid: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      return []; // it has been closed
    }
  });
}

function linesOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\0', '\n');
  } catch {
    return ''; // the process has ended
  }
}

describe('a run under the Node of GitHub', () => {
  let seen: Awaited<ReturnType<typeof runAndLook>>;
  let folder: string;
  beforeAll(async () => {
    // As a careless supervisor would start it: with a file open that is none of its business.
    folder = await mkdtemp(path.join(tmpdir(), 'ferrule-start-'));
    const start = path.join(folder, 'node');
    await writeFile(path.join(folder, 'open'), SECRETS.DEPLOY_KEY);
    // perl, since a shell drops variables with a hyphen in their name, as inputs have it.
    // Twice, since libuv closes the low numbers by itself when node becomes another program.
    const script = `#!/usr/bin/perl
use POSIX ();
$^F = 99;
open F, "<", "${folder}/open";
POSIX::dup2(fileno(F), 60);
exec "${await node24()}", @ARGV;
`;
    await writeFile(start, script, { mode: 0o755 });
    seen = await runAndLook(start);
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has no secret in the environment of its process, and what it needs is still there', () => {
    expect(seen.actions).toHaveLength(1);
    expect(seen.actions[0]?.readable).toEqual([]);
    expect(seen.actions[0]?.environment).not.toMatch(/^(NODE_OPTIONS|ACTIONS_\w+|INPUT_.*)=/m);
    expect(seen.actions[0]?.environment).toMatch(/^GITHUB_OUTPUT=/m);
    expect(seen.requests).toBe(1); // the key arrived
    expect(seen.outputs['stop-reason']).toBe('turns');
  });

  it('holds no file that it did not open, neither one it was started with nor the one its inputs came in', () => {
    expect(seen.actions[0]?.files.length).toBeGreaterThan(3);
    expect(seen.actions[0]?.files.filter((file) => file.includes('ferrule-start-'))).toEqual([]);
    expect(seen.actions[0]?.files).toContain('/dev/null');
  });

  it('is not opened by the signal that starts the inspector', () => {
    expect(seen.actions[0]?.command).toContain('--disable-sigusr1');
    expect(seen.isInspectorOpen).toBe(false);
    expect(seen.stderr).not.toContain('Debugger');
  });
});

describe('a run under a Node that cannot replace itself', () => {
  it('has its secrets in /proc, which is why the boxes have process numbers of their own', async () => {
    const seen = await runAndLook(undefined);
    const expected = process.execve === undefined ? Object.keys(SECRETS) : [];
    expect(seen.actions.map(({ readable }) => readable)).toEqual([expected]);
    expect(seen.isInspectorOpen).toBe(false);
    expect(seen.outputs['stop-reason']).toBe('turns');
  }, 120_000);
});
