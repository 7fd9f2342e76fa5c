// Starts Ferrule: as an action, as its post step, as the action that publishes, or as a command line. Makes the real things, and is the only
// catch-all: here an outcome becomes a green or red run.
import { getInput, getState, saveState, setOutput, setSecret, summary } from '@actions/core';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './cli.js';
import { UserError, messageOf } from './errors.js';
import type { RunContext } from './inputs/inputs.js';
import { PUBLISH_INPUT_DEFAULTS, readEvent, readInputs, readPublishInputs, unknownInputs } from './inputs/inputs.js';
import type { Invocation, RunResult } from './invocation.js';
import { makeFolders, runInvocation } from './invocation.js';
import { createLog, maskSecrets } from './platform/log.js';
import { publishResults } from './publication-job.js';
import type { RunRecord } from './report/report.js';
import {
  MAX_SUMMARY_BYTES,
  actionOutputs,
  exitStatus,
  publicationOutputs,
  renderSummary,
  verdictLine,
} from './report/report.js';

/** src/ and dist/ both lie one level below the root. */
const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Names that hold secrets or give a child power over the job. */
const PRIVATE_VARIABLES = /^(INPUT_|ACTIONS_|GITHUB_TOKEN$|GH_TOKEN$|NODE_OPTIONS$|ANTHROPIC_|CLAUDE_)/;

const secrets: string[] = [];
const log = createLog({
  write: (line) => process.stdout.write(`${line}\n`),
  secrets: () => secrets,
  actions: process.env.GITHUB_ACTIONS === 'true',
});
process.stdout.on('error', () => undefined); // a closed log must not end the run
await main();

async function main(): Promise<void> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  try {
    if (process.env.FERRULE_ENTRY === 'cli') process.exitCode = await cli(abort.signal);
    else if (process.env.FERRULE_ENTRY === 'publish') process.exitCode = await inRunner(publicationJob);
    else if (getState('report') !== '') await post();
    else process.exitCode = await inRunner((context) => runAction(context, abort.signal));
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof UserError) return log.error(error.message);
    log.error(`Ferrule failed: ${messageOf(error)} This is a defect of Ferrule; please report it with the log.`);
    if (error instanceof Error) log.output(error.stack ?? '');
  }
}

/** For both actions: the event, and what a refusal sets as the outcome. */
async function inRunner(start: (context: RunContext) => Promise<number>): Promise<number> {
  try {
    const context = readEvent(process.env, await readEventFile(), { workspace: process.cwd(), temp: tmpdir() });
    return await start(context);
  } catch (error) {
    if (error instanceof UserError) setOutput('outcome', 'refused');
    throw error;
  }
}

/** The event's JSON; `undefined` where there is no file: which events need one is the trust decision's affair. */
async function readEventFile(): Promise<unknown> {
  const file = process.env.GITHUB_EVENT_PATH ?? '';
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    throw new UserError(
      "The event file that GITHUB_EVENT_PATH names cannot be read as JSON, so the run's origin is unknown. " +
        'Leave that variable as the runner sets it.',
    );
  }
}

async function runAction(context: RunContext, signal: AbortSignal): Promise<number> {
  const folders = await makeFolders(context.temp);
  saveState('report', folders.report);
  saveState('scratch', folders.scratch);
  let results: RunResult[];
  try {
    for (const warning of unknownInputs(Object.keys(process.env))) log.warning(warning);
    const inputs = readInputs(getInput, context);
    keepSecret(inputs.anthropicApiKey);
    keepSecret(inputs.githubToken);
    forgetPrivateVariables();
    results = await runInvocation(await invocation({ inputs, context, signal }), folders);
  } finally {
    await rm(folders.scratch, { recursive: true, force: true });
  }
  const records = results.map(({ record }) => record);
  for (const [name, value] of Object.entries(actionOutputs(records, folders.report))) setOutput(name, value);
  await writeSummary(results.map(({ record, folder }) => ({ record, outputs: (file) => folder.readText(file) })));
  for (const record of records) conclude(record);
  log.info('The report, the transcript and every output are in the folder of the output report-dir.');
  return exitStatus(records);
}

/** Green when every result of the folder is published, whatever its outcome is: the run's own job has told that. */
async function publicationJob(context: RunContext): Promise<number> {
  for (const warning of unknownInputs(Object.keys(process.env), Object.keys(PUBLISH_INPUT_DEFAULTS)))
    log.warning(warning);
  const inputs = readPublishInputs(getInput, context);
  keepSecret(inputs.githubToken);
  forgetPrivateVariables();
  const { scratch } = await makeFolders(context.temp);
  try {
    const environment = { ...process.env };
    const mask = (text: string) => maskSecrets(text, secrets);
    const results = await publishResults({ inputs, context, environment, log, mask }, scratch);
    const published = results.filter((result) => result.kind === 'published');
    const refused = results.filter((result) => result.kind === 'refused');
    const records = published.map(({ record }) => record);
    for (const [name, value] of Object.entries(publicationOutputs(records))) setOutput(name, value);
    if (refused.length > 0) setOutput('outcome', 'refused');
    await writeSummary(published);
    if (results.length === 0) log.info('There is nothing to publish: the run made no result.');
    for (const { record } of published) log.info(verdictLine(record));
    for (const { message } of refused) log.error(message);
    return published.length === results.length && published.every(({ isComplete }) => isComplete) ? 0 : 1;
  } finally {
    await rm(path.dirname(scratch), { recursive: true, force: true });
  }
}

async function cli(signal: AbortSignal): Promise<number> {
  return runCli(process.argv.slice(2), {
    root: ROOT,
    environment: process.env,
    print: (text) => process.stdout.write(`${text}\n`),
    run: async ({ inputs, context }) => {
      keepSecret(inputs.anthropicApiKey);
      keepSecret(inputs.githubToken);
      forgetPrivateVariables();
      const folders = await makeFolders(context.temp);
      try {
        const results = await runInvocation(await invocation({ inputs, context, signal }), folders);
        const records = results.map(({ record }) => record);
        for (const record of records) conclude(record);
        for (const { publication } of records)
          if (publication.branch !== undefined) log.info(`The work is on branch ${publication.branch}.`);
        log.info(`Report: ${path.join(folders.report, 'report.md')}`);
        return exitStatus(records);
      } finally {
        await rm(folders.scratch, { recursive: true, force: true });
      }
    },
  });
}

/** After a job was cancelled or killed: says what is left of the run, and removes its working files. */
async function post(): Promise<void> {
  const [report, scratch] = [getState('report'), getState('scratch')];
  await rm(scratch, { recursive: true, force: true });
  const specs = existsSync(report) ? await readdir(report, { recursive: true }) : [];
  if (specs.some((name) => path.basename(name) === 'report.json')) return;
  if (!specs.some((name) => path.basename(name) === 'transcript.jsonl')) return;
  log.warning(
    'The run was ended from outside before its report was written. Its transcript and outputs are in the report folder; completed increments are on the work branch.',
  );
}

async function invocation(given: Pick<Invocation, 'inputs' | 'context' | 'signal'>): Promise<Invocation> {
  const agents = path.join(ROOT, 'agents');
  const builtIns = new Map<string, string>();
  for (const file of (await readdir(agents)).filter((name) => name.endsWith('.md')))
    builtIns.set(path.basename(file, '.md'), await readFile(path.join(agents, file), 'utf8'));
  const { version } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    ...given,
    environment: { ...process.env },
    log,
    mask: (text) => maskSecrets(text, secrets),
    builtInAgents: builtIns,
    replay:
      given.inputs.replay === undefined ? undefined : await readReplay(given.inputs.replay, given.context.workspace),
    version,
  };
}

async function readReplay(file: string, workspace: string): Promise<string> {
  try {
    return await readFile(path.resolve(workspace, file), 'utf8');
  } catch {
    throw new UserError(`Input 'replay': '${file}' cannot be read. Give the path of a transcript.jsonl.`);
  }
}

function keepSecret(secret: string | undefined): void {
  if (secret === undefined) return;
  secrets.push(secret);
  if (process.env.GITHUB_ACTIONS === 'true') setSecret(secret);
}

/** From here on no child can inherit them; the values live in this process's memory only. */
function forgetPrivateVariables(): void {
  for (const name of Object.keys(process.env))
    if (PRIVATE_VARIABLES.test(name)) Reflect.deleteProperty(process.env, name);
}

/** The job summary; a runner without one, or with a full disk, must not fail a run that is over. */
async function writeSummary(
  results: readonly { record: RunRecord; outputs: (file: string) => string }[],
): Promise<void> {
  const maxBytes = Math.floor(MAX_SUMMARY_BYTES / Math.max(1, results.length));
  const parts = results.map(({ record, outputs }) => renderSummary(record, outputs, maxBytes));
  try {
    if (parts.length > 0) await summary.addRaw(maskSecrets(parts.join('\n\n'), secrets), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${messageOf(error)}`);
  }
}

function conclude(record: RunRecord): void {
  const line = verdictLine(record);
  if (exitStatus([record]) === 0) log.info(line);
  else log.error(line, record.spec.title === '' ? undefined : { file: record.spec.path });
}
