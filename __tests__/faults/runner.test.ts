// The runner fails a run of the bundle: folders of odd names, streams and files that cannot be written, a full disk.
import { describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { actionScene, runScripted, type ActionScene } from '../support/action-scene.js';
import type { ScriptStep } from '../support/messages-api.js';
import { CRATE, SPEC_ONLY, VERIFIED, use, writeGreeting } from '../support/scripts-greeting.js';

const BRANCH = 'ferrule/specs-greeting';

/** A program that stands for node: a line of shell in which `node "$@"` is the run. */
async function inShell({ repo }: ActionScene, line: string): Promise<string> {
  const file = path.join(repo.parent, 'node.sh');
  await writeFile(file, `#!/bin/bash\nset -o pipefail\nnode() { '${process.execPath}' "$@"; }\n${line}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('a run', () => {
  it('works below a symlink, with spaces in every path, and where the summary cannot be written', async () => {
    await using scene = await actionScene(CRATE);
    const folder = path.join(scene.repo.parent, 'a runner’s folder');
    await mkdir(folder);
    const cwd = path.join(folder, 'my checkout');
    await symlink(scene.repo.dir, cwd);
    const env = { GITHUB_STEP_SUMMARY: path.join(folder, 'nowhere', 'summary.md') };
    const run = await runScripted({ cwd, env, apiUrl: scene.fake.url, token: scene.fake.token, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(run.reportDir).toContain('/a runner’s folder/');
    expect(run.warnings).toEqual([expect.stringMatching(/^The job summary could not be written: /)]);
  });

  it('goes on without a summary, and when nobody reads its log any more', async () => {
    await using scene = await actionScene(CRATE);
    const node = await inShell(scene, 'node "$@" | head -c 200');
    const run = await scene.run({ node, env: { GITHUB_STEP_SUMMARY: undefined }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH }, stderr: '' });
    expect(run.stdout).toHaveLength(200);
  });

  it('goes on with a log and a summary on a full disk', async () => {
    await using scene = await actionScene(CRATE);
    const node = await inShell(scene, 'node "$@" > /dev/full');
    const run = await scene.run({ node, env: { GITHUB_STEP_SUMMARY: '/dev/full' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH }, stderr: '' });
    expect(scene.fake.pulls).toMatchObject([{ draft: false }]);
  });

  it('knows its times, and reaches no deadline, while the clock jumps by an hour and back', async () => {
    await using scene = await actionScene(CRATE);
    const preload = path.join(scene.repo.parent, 'clock.cjs');
    await writeFile(preload, JUMPING_CLOCK);
    const node = await inShell(scene, `node --require '${preload}' "$@"`);
    const run = await scene.run({ node, inputs: { 'max-minutes': '10' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    const { usage, verification, baseline } = run.record;
    const transcript = await readFile(path.join(run.reportDir, 'transcript.jsonl'), 'utf8');
    const timesMs = [
      usage.durationSeconds * 1000,
      ...[...(verification?.gates ?? []), baseline?.check, baseline?.test].map((gate) => gate?.durationMs ?? NaN),
      ...[...transcript.matchAll(/"durationMs":(-?\d+)/g)].map(([, ms]) => Number(ms)),
    ];
    const times = timesMs.map((ms) => (ms >= 0 && ms < 30 * 60_000 ? 'sane' : ms));
    expect(new Set(times)).toEqual(new Set(['sane']));
  });
});

/** An hour ahead, an hour behind and right, in turn. */
const JUMPING_CLOCK = `
const RightDate = Date;
const now = () => RightDate.now() + [3_600_000, -3_600_000, 0][Math.floor(performance.now() / 150) % 3];
globalThis.Date = class extends RightDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now() {
    return now();
  }
};
`;

/** Not through `print!`, which the test harness keeps to itself while a test runs. */
const NEVER_QUIET = `use std::io::Write;

#[test]
fn is_never_quiet() {
    let line = "noise ".repeat(200) + "\\n";
    while std::io::stdout().write_all(line.as_bytes()).is_ok() {}
    assert_eq!(greeting::part(), "Goodbye.");
}
`;
const EATS_MEMORY = `#[test]
fn eats_memory() {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    while kept.len() < 1_000_000 {
        kept.push(vec![1; 64 << 20]);
    }
    assert_eq!(greeting::part(), "Goodbye.");
}
`;

describe('a test of the work', () => {
  const handover = (content: string): ScriptStep => {
    const requirements = ['R1', 'R2'].map((id) => ({ id, status: 'not-met', code: [], tests: [], note: 'Odd.' }));
    const finish = use('finish', { summary: 'An odd test.', requirements });
    return { tool_use: [use('write_file', { path: 'tests/odd.rs', content }), finish] };
  };

  it('that prints for ever is stopped at 256 MiB, which its file holds, and the gate has failed', async () => {
    await using scene = await actionScene(CRATE);
    const node = await inShell(scene, 'node "$@" | tail -c 10000');
    const run = await scene.run({ node, answers: [handover(NEVER_QUIET)] });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'unverified', 'test-exit-code': '' } });
    const gate = run.record.verification?.gates.find(({ name }) => name === 'test');
    expect(gate).toMatchObject({ status: 'failed', exitCode: null });
    const file = path.join(run.reportDir, gate?.output ?? '');
    const { size } = await stat(file);
    expect(size).toBeGreaterThan(255 * 1024 ** 2);
    expect(size).toBeLessThan(257 * 1024 ** 2);
    expect(run.record.verification?.gates.map(({ reasons }) => reasons.join()).join()).toContain('268435456 bytes');
    expect(run.stdout).toContain('Not verified: test failed');
  }, 400_000);

  it('that eats all memory it may have dies of it, and the run goes on', async () => {
    await using scene = await actionScene(CRATE);
    // The box takes over the limit that it finds: here 2 GiB a process, instead of all that the machine has.
    const node = await inShell(scene, 'ulimit -d 2097152 && node "$@"');
    const run = await scene.run({ node, answers: [handover(EATS_MEMORY)] });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'unverified', 'test-exit-code': '101' } });
    const gate = run.record.verification?.gates.find(({ name }) => name === 'test');
    expect(gate?.reasons.join()).toContain('eats_memory');
    expect(await readFile(path.join(run.reportDir, gate?.output ?? ''), 'utf8')).toMatch(
      /signal: (6|9), SIG(ABRT|KILL)/,
    );
  });
});

/** Writes 400 MiB beside its own executable, which lies below the target directory. */
const FILLS_THE_DISK = `
    #[test]
    fn fills_the_disk() {
        let file = std::env::current_exe().unwrap().with_file_name("ballast");
        std::fs::write(file, vec![1; 400 << 20]).unwrap();
    }
`;

describe('a disk with less than 2 GiB left', () => {
  /** A run whose RUNNER_TEMP is a disk of the given size. */
  async function runOnDisk(scene: ActionScene, mebibytes: number, answers: readonly ScriptStep[] = []) {
    const disk = path.join(scene.repo.parent, 'disk');
    await mkdir(disk);
    const size = mebibytes * 1024 ** 2;
    const node = await inShell(
      scene,
      `exec bwrap --dev-bind / / --size ${size} --tmpfs '${disk}' -- '${process.execPath}' "$@"`,
    );
    return scene.run({ node, env: { RUNNER_TEMP: disk }, answers });
  }
  const message =
    /The disk of the runner's temporary folder has \d\.\d GiB left; .* use a runner with a larger disk\.$/;

  it('refuses the run before anything is spent', async () => {
    await using scene = await actionScene(SPEC_ONLY);
    const run = await runOnDisk(scene, 64);
    expect(run).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused', turns: '0' } });
    expect(run.errors).toEqual([expect.stringMatching(/^Refused: /)]);
    expect(run.errors[0]?.replace(' Nothing was spent.', '')).toMatch(message);
  });

  it('ends a run that had more before its next build, with its work on a draft', async () => {
    await using scene = await actionScene(CRATE);
    const edits = [{ old_text: '"Goodbye.");\n    }\n', new_text: `"Goodbye.");\n    }\n${FILLS_THE_DISK}` }];
    const fill = [use('edit_file', { path: 'src/lib.rs', edits }), use('cargo', { command: 'test' })];
    const answers = [writeGreeting(), { tool_use: [...fill, use('cargo', { command: 'check' })] }];
    const run = await runOnDisk(scene, 2 * 1024 + 350, answers);
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'disk', branch: BRANCH } });
    expect(run.errors).toEqual([
      expect.stringMatching(/^Stopped before a verification: the runner's disk is almost full\. /),
    ]);
    expect((await scene.repo.remoteFiles(BRANCH))['src/lib.rs']).toContain('pub fn greet');
    expect(scene.fake.pulls).toMatchObject([{ draft: true, head: BRANCH }]);
  });

  it('ends a run whose disk has no room for another copy of the built base, before it is made', async () => {
    const { 'src/lib.rs': library = '' } = CRATE;
    const filling = String(library).replace('mod tests {', `mod tests {${FILLS_THE_DISK}`);
    await using scene = await actionScene({ ...CRATE, 'src/lib.rs': filling });
    // Base and agent have 400 MiB each; the verification would need as much once more.
    const run = await runOnDisk(scene, 2 * 1024 + 800 + 300, VERIFIED);
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'disk', branch: BRANCH } });
    expect(run.errors).toEqual([
      expect.stringMatching(/has 2\.\d GiB left; the next step takes 0\.\d GiB of it, and builds stop below 2 GiB/),
    ]);
    expect((await scene.repo.remoteFiles(BRANCH))['src/lib.rs']).toContain('pub fn greet');
    expect(scene.fake.pulls).toMatchObject([{ draft: true, head: BRANCH }]);
  });
});
