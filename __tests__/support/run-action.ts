// Runs the bundle as GitHub's runner does: inputs and their defaults from action.yml, file commands, event, folders.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { gitIn } from './temp-repo.js';

export interface ActionRun {
  /** The second action, `publish/action.yml`, instead of the first. */
  isPublishJob?: boolean;
  /** Another action than the first, by the name of its folder. */
  entry?: 'plan' | 'fleet-report';
  /** The checkout. */
  cwd: string;
  /** Name → value, as under `with:`. What is left out has the default of action.yml. */
  inputs: Readonly<Record<string, string>>;
  /** `workflow_dispatch` on `main` when absent. */
  event?: { name: string; payload?: object };
  /** The API's address, for the double of GitHub. */
  apiUrl?: string;
  /** The workflow's token, which `github-token` has as its default. */
  token?: string;
  /** `owner/name`. */
  repository?: string;
  /** Variables added to or put over the runner's; `undefined` takes one away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Another program than the present node. */
  node?: string;
  /** For the post step: `state` of the main step. */
  state?: Readonly<Record<string, string>>;
  /** The process is stopped with SIGTERM when this aborts, as a runner cancels a step. */
  signal?: AbortSignal;
  /** Called when the process has started, with the way to send it signals and its id. */
  started?: (kill: (signal: NodeJS.Signals) => void, pid: number) => void;
}

export interface ActionResult {
  /** `null` when the process was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
  outputs: Record<string, string>;
  state: Record<string, string>;
  /** The job summary's Markdown. */
  summary: string;
  /** Absolute path; empty when the run ended before it had one. */
  reportDir: string;
  /** report.json of a run with one spec, parsed; `undefined` when there is none. */
  report: unknown;
  /** RUNNER_TEMP. */
  temp: string;
}

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
/** What a runner's machine gives every step, and where this machine keeps its Rust. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'RUSTUP_HOME', 'CARGO_HOME', 'RUSTUP_TOOLCHAIN', 'SSL_CERT_FILE'];
/** Nothing listens there. */
const NO_API = 'http://127.0.0.1:9';

export async function runAction(run: ActionRun): Promise<ActionResult> {
  const temp = await mkdtemp(path.join(path.dirname(run.cwd), 'runner-temp-'));
  const files = path.join(temp, '_runner_file_commands');
  await mkdir(files);
  const fileOf = (name: string) => path.join(files, name);
  for (const name of ['output', 'summary', 'state', 'env', 'path']) await writeFile(fileOf(name), '');
  const { repository = 'octo/demo', event = { name: 'workflow_dispatch' } } = run;
  const [owner = '', name = ''] = repository.split('/');
  const known = { repository: { default_branch: 'main', full_name: repository, name, owner: { login: owner } } };
  await writeFile(fileOf('event.json'), JSON.stringify({ ...known, ...event.payload }));

  const apiUrl = run.apiUrl ?? NO_API;
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(INHERITED.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : []))),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: run.cwd,
    GITHUB_OUTPUT: fileOf('output'),
    GITHUB_STEP_SUMMARY: fileOf('summary'),
    GITHUB_STATE: fileOf('state'),
    GITHUB_ENV: fileOf('env'),
    GITHUB_PATH: fileOf('path'),
    GITHUB_EVENT_PATH: fileOf('event.json'),
    GITHUB_EVENT_NAME: event.name,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_ACTOR: 'octocat',
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    GITHUB_SHA: (await gitIn(run.cwd, 'rev-parse', 'HEAD').catch(() => '')).trim(),
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'implement',
    GITHUB_WORKFLOW: 'Implement',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: apiUrl,
    GITHUB_GRAPHQL_URL: `${apiUrl}/graphql`,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_TEMP: temp,
    ...(await inputVariables(run)),
    ...Object.fromEntries(Object.entries(run.state ?? {}).map(([key, value]) => [`STATE_${key}`, value])),
    ...run.env,
  };
  const { code, stdout, stderr } = await spawned(run, env);
  const outputs = parseFileCommand(await readFile(fileOf('output'), 'utf8'));
  const reportDir = outputs['report-dir'] ?? '';
  const reportText = await readFile(path.join(reportDir, 'report.json'), 'utf8').catch(() => undefined);
  return {
    ...{ code, stdout, stderr, outputs, reportDir, temp },
    state: parseFileCommand(await readFile(fileOf('state'), 'utf8')),
    summary: await readFile(fileOf('summary'), 'utf8'),
    report: reportDir === '' || reportText === undefined ? undefined : (JSON.parse(reportText) as unknown),
  };
}

const entryOf = ({ entry, isPublishJob }: Pick<ActionRun, 'entry' | 'isPublishJob'>) =>
  entry ?? (isPublishJob ? 'publish' : undefined);

/** As the runner names them: upper case, blanks as `_`, hyphens kept. */
async function inputVariables({ inputs, token = '', ...run }: ActionRun): Promise<Record<string, string>> {
  const text = await readFile(path.join(ROOT, entryOf(run) ?? '', 'action.yml'), 'utf8');
  const action = parse(text) as { inputs: Record<string, { default?: string }> };
  const values = new Map<string, string>();
  for (const [name, { default: given }] of Object.entries(action.inputs))
    if (given !== undefined) values.set(name, given.replaceAll(/\$\{\{ *github\.token *\}\}/g, token));
  for (const [name, value] of Object.entries(inputs)) values.set(name, value);
  const variable = (name: string) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
  return Object.fromEntries([...values].map(([name, value]) => [variable(name), value]));
}

function spawned(
  run: ActionRun,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.node ?? process.execPath, [path.join(ROOT, 'dist', `${entryOf(run) ?? 'index'}.js`)], {
      cwd: run.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    run.started?.((signal) => void child.kill(signal), child.pid ?? 0);
    const cancel = () => void child.kill('SIGTERM');
    run.signal?.addEventListener('abort', cancel, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      run.signal?.removeEventListener('abort', cancel);
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** The runner's file format: `name=value`, or `name<<DELIMITER` with the value on the lines up to the delimiter. */
export function parseFileCommand(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[i] ?? '') ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, i + 1);
      values[name] = lines.slice(i + 1, end).join('\n');
      i = end;
      continue;
    }
    const [, key, value] = /^([^=]+)=(.*)$/.exec(lines[i] ?? '') ?? [];
    if (key !== undefined) values[key] = value ?? '';
  }
  return values;
}
