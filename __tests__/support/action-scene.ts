// The ground of the end-to-end tests: a repository with a bare remote, GitHub's double on top of it, and runs of the
// bundle whose model is a script.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { RunRecord } from '../../src/report/report.js';
import { startFakeGitHub, type FakeGitHub, type FakeGitHubOptions } from './fake-github.js';
import { startMessagesApi, type MessagesRequest, type Scripted, type ScriptStep } from './messages-api.js';
import { runAction, type ActionResult, type ActionRun } from './run-action.js';
import { tempRepo, type Files, type TempRepo } from './temp-repo.js';

export interface SceneRun extends Partial<Omit<ActionRun, 'cwd'>> {
  /** One step for each request of the model that is expected; none when absent. */
  answers?: readonly ScriptStep[];
  /** In place of `answers`: a model that is asked as often as it takes. */
  model?: (request: MessagesRequest) => Scripted;
}

export interface SceneResult extends ActionResult {
  /** What the model was asked. */
  requests: MessagesRequest[];
  /** Texts of the annotations in the log, in order. */
  errors: string[];
  warnings: string[];
  /** report.json. */
  record: RunRecord;
}

export interface ActionScene extends AsyncDisposable {
  repo: TempRepo;
  fake: FakeGitHub;
  /**
   * Runs the bundle on `specs/greeting.md` with the gates check, test and ledger and one round, unless told otherwise. Fails when the model
   * was asked more or less than the script says.
   */
  run(run?: SceneRun): Promise<SceneResult>;
}

export async function actionScene(files: Files, options: FakeGitHubOptions = {}): Promise<ActionScene> {
  const repo = await tempRepo(files, { remote: true });
  // The runner's actor: a pull request or comment of somebody without write access starts nothing.
  const permissions = { octocat: 'write' };
  const fake = await startFakeGitHub({ bare: repo.origin, permissions, ...options });
  return {
    repo,
    fake,
    run: (run = {}) => runScripted({ apiUrl: fake.url, token: fake.token, ...run, cwd: repo.dir }),
    async [Symbol.asyncDispose]() {
      await repo[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Runs the bundle in a folder, without GitHub unless an address is given. */
export async function runScripted({ answers = [], model, ...run }: SceneRun & { cwd: string }): Promise<SceneResult> {
  const script = model === undefined ? { answers: [...answers] } : { answer: model };
  await using api = await startMessagesApi({ ...script, apiKey: 'sk-ant-loopback' });
  const inputs = {
    spec: 'specs/greeting.md',
    'anthropic-api-key': 'sk-ant-loopback',
    'anthropic-base-url': api.url,
    gates: 'check\ntest\nledger',
    'max-rounds': '1',
    ...run.inputs,
  };
  const result = await runAction({ ...run, inputs });
  if (api.remaining() > 0)
    throw new Error(`${api.remaining()} answers were not asked for:\n${result.stdout}${result.stderr}`);
  return {
    ...result,
    requests: api.requests,
    errors: annotations(result.stdout, 'error'),
    warnings: annotations(result.stdout, 'warning'),
    record: result.report as RunRecord,
  };
}

/** Names of the outputs in action.yml. */
export async function declaredOutputs(): Promise<string[]> {
  const text = await readFile(new URL('../../action.yml', import.meta.url), 'utf8');
  return Object.keys((parse(text) as { outputs: object }).outputs);
}

function annotations(log: string, level: string): string[] {
  const pattern = new RegExp(`^::${level}(?: [^:]*)?::(.*)$`, 'gm');
  const unescaped = (text: string) => text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
  return [...log.matchAll(pattern)].map(([, text = '']) => unescaped(text));
}
