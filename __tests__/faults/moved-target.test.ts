// The target of `publish: commit` moves while the run works: what is brought together is verified together, and nothing
// else is ever published there. The bundle, a real remote, a scripted model.
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionScene, SceneResult, SceneRun } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { CRATE, SPEC, UNVERIFIED, finishGreeting, writeGreeting } from '../support/scripts-greeting.js';
import { gitIn, type Files } from '../support/temp-repo.js';

const BRANCH = 'ferrule/specs-greeting';

/** A verified run with `publish: commit`; somebody's commit reaches `main` before the handover. */
async function runBeside(
  scene: ActionScene,
  theirs: Files,
  inputs: Record<string, string> = {},
  started?: SceneRun['started'],
): Promise<{ run: SceneResult; tip: string }> {
  const { repo } = scene;
  const start = await repo.git('rev-parse', 'HEAD');
  const tip = await repo.commit(theirs, 'Theirs');
  await repo.git('reset', '--quiet', '--hard', start);
  await repo.git('push', '--quiet', '--force', 'origin', `${start}:main`, `${tip}:refs/heads/theirs`);
  const move = () => {
    execFileSync('git', ['update-ref', 'refs/heads/main', tip], { cwd: repo.origin });
    return finishGreeting();
  };
  const answers = [writeGreeting(), move];
  return {
    run: await scene.run({ inputs: { publish: 'commit', ...inputs }, answers, ...(started && { started }) }),
    tip,
  };
}

const mainOf = ({ repo }: ActionScene) => repo.remoteHead('main');

describe('a target that moved', () => {
  it('elsewhere gets the work, verified together with what came since', async () => {
    await using scene = await actionScene(CRATE);
    const theirs = { 'NOTES.md': 'Theirs.\n', '.github/workflows/ci.yml': 'on: push\n' };
    const { run, tip } = await runBeside(scene, theirs);
    expect(run).toMatchObject({ code: 0, warnings: [], outputs: { outcome: 'verified', branch: 'main' } });
    const { origin } = scene.repo;
    expect(await mainOf(scene)).toBe(run.outputs.commit);
    expect(await scene.repo.remoteHead(BRANCH)).toBe(run.outputs.commit);
    expect((await gitIn(origin, 'merge-base', 'main', tip)).trim()).toBe(tip);
    expect((await gitIn(origin, 'rev-parse', 'main^{tree}')).trim()).toBe(run.record.verification?.tree);
    expect(run.outputs.tree).toBe(run.record.verification?.tree);
    expect((await gitIn(origin, 'diff', '--name-only', tip, 'main')).trim()).toBe('src/lib.rs');
    expect(run.record.message).toContain(`Brought together with ${tip.slice(0, 12)} of the target branch`);
    const { commits } = JSON.parse(await readFile(path.join(run.reportDir, 'result.json'), 'utf8')) as {
      commits: object[];
    };
    expect(commits).toMatchObject([{ subject: 'Add greet' }]);
  });

  it('to where the work fails keeps what it has, and the verified work stays on its branch', async () => {
    await using scene = await actionScene(CRATE);
    const test = '#[test]\nfn alone() {\n    assert!(!include_str!("../src/lib.rs").contains("fn greet"));\n}\n';
    const { run, tip } = await runBeside(scene, { 'tests/alone.rs': test });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(await mainOf(scene)).toBe(tip);
    expect(run.warnings).toContain(
      "Branch 'main' has moved, and the work fails together with it (test). It is left where it is.",
    );
    const tree = (await gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}^{tree}`)).trim();
    expect(tree).toBe(run.record.verification?.tree);
  });

  it('by the text of another spec is brought together with it', async () => {
    await using scene = await actionScene({
      ...CRATE,
      'specs/other.md': '---\nstatus: draft\n---\n# Other\n\n- R1: It must be.\n',
    });
    const inputs = { spec: 'specs/*.md' };
    const { run } = await runBeside(scene, { 'specs/other.md': '# Other\n\n- R1: It must be another.\n' }, inputs);
    expect(run.stdout).toContain('verifying the work together with it');
  });

  it('before the run was started, by the text of its spec, gets the work that it resumed', async () => {
    await using scene = await actionScene(CRATE);
    const inputs = { publish: 'commit' };
    await scene.run({ inputs, answers: UNVERIFIED });
    const text = SPEC.replace('return `Hello!`', 'return exactly `Hello!`');
    const tip = await scene.repo.commit({ 'specs/greeting.md': text, 'rust-toolchain': 'stable\n' }, 'R2');
    const run = await scene.run({ inputs, answers: [finishGreeting()] });
    expect(run).toMatchObject({ code: 0, warnings: [], outputs: { outcome: 'verified', branch: 'main' } });
    expect(await mainOf(scene)).toBe(run.outputs.commit);
    expect((await gitIn(scene.repo.origin, 'merge-base', 'main', tip)).trim()).toBe(tip);
  });

  it('while its work is verified together with it keeps what it has when the run is cancelled', async () => {
    await using scene = await actionScene(CRATE);
    const folders = `${path.dirname(scene.repo.dir)}/runner-temp-*/ferrule-*/report/outputs/`;
    let cancel: () => void = () => undefined;
    let isCancelled = false;
    const look = setInterval(() => {
      const files = execFileSync('sh', ['-c', `ls ${folders} 2>/dev/null || true`], { encoding: 'utf8' });
      if (isCancelled || !/^010/m.test(files)) return;
      isCancelled = true;
      cancel();
    }, 10);
    const started = (send: (signal: NodeJS.Signals) => void) => void (cancel = () => send('SIGTERM'));
    const { run, tip } = await runBeside(scene, { 'NOTES.md': 'Theirs.\n' }, {}, started);
    clearInterval(look);
    const outputs = { outcome: 'verified', 'stop-reason': 'cancelled', branch: BRANCH };
    expect(run).toMatchObject({ outputs });
    expect(run.record.message).toContain('The run was cancelled.');
    expect(run.warnings).toContain(
      "Branch 'main' has moved. The run was cancelled before the work was verified together with it. It is left where it is.",
    );
    expect(await mainOf(scene)).toBe(tip);
  });

  it('in the same files keeps what it has', async () => {
    await using scene = await actionScene(CRATE);
    const { run, tip } = await runBeside(scene, { 'src/lib.rs': `${String(CRATE['src/lib.rs'])}\n// Theirs.\n` });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(await mainOf(scene)).toBe(tip);
    expect(run.warnings.join('\n')).toContain(
      'overlaps with the work: both change src/lib.rs. It is left where it is.',
    );
  });
});
