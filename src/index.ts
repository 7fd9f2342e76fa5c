// Starts Ferrule: as the action, its post step, one of the smaller actions (publish, plan, fleet-report) or the command
// line. It is the only catch-all: here an outcome becomes a green or red run.
import { getInput, getState, saveState, setOutput, setSecret, summary } from '@actions/core';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step } from './announcement.js';
import { Announcement } from './announcement.js';
import { Cancellation } from './cancellation.js';
import { runCli } from './cli.js';
import { UsageError } from './commands/commands.js';
import { UserError, messageOf } from './errors.js';
import { fleetReportStep } from './fleet-report.js';
import type { RunContext } from './inputs/inputs.js';
import { canBeMasked, readEvent, readInputs, unknownInputs } from './inputs/inputs.js';
import type { Invocation, RunResult } from './invocation/invocation.js';
import { makeFolders, runInvocation } from './invocation/invocation.js';
import { planSpecs, planStep } from './planning.js';
import { answerLines, createLog } from './platform/log.js';
import { Outlet } from './platform/outlet.js';
import { openTerminal } from './platform/terminal.js';
import { finishKilledRuns, hasUnfinished } from './post-step.js';
import { publishStep } from './publish-job.js';
import { actionOutputs } from './report/report.js';
import type { Folders } from './run/run.js';

/** src/ and dist/ both lie one level below the root. */
const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Names that hold secrets or give a child power over the job. */
const PRIVATE_VARIABLES = /^(INPUT_|ACTIONS_|GITHUB_TOKEN$|GH_TOKEN$|NODE_OPTIONS$|ANTHROPIC_|CLAUDE_)/;
/** Variables whose values are masked. */
const SECRET_VARIABLES =
  /^(INPUT_(ANTHROPIC-API-KEY|GITHUB-TOKEN)|(ACTIONS|GITHUB|GH|ANTHROPIC|CLAUDE)_(\w*_)?(TOKEN|KEY))$/;

const outlet: Outlet = new Outlet((sentence) => log.error(sentence));
const terminal = openTerminal(process.stdout, process.env);
const log = createLog({
  write: (line) => terminal.write(line),
  mask: outlet.masking('the log'),
  actions: process.env.GITHUB_ACTIONS === 'true',
  colours: terminal.hasColours,
  status: (text) => terminal.status(text),
});
const announcement = new Announcement(log, outlet, {
  setOutput,
  writeSummary: async (text) => {
    await summary.addRaw(text, true).write();
  },
});
const cancellation = new Cancellation(log, announcement, process.env.FERRULE_ENTRY !== 'cli');
process.stdout.on('error', () => undefined); // a closed log must not end the run
await main();

async function main(): Promise<void> {
  cancellation.listen();
  process.on('uncaughtException', (error) => {
    fail(error); // Node's own report would go out unmasked
    process.exit(1);
  });
  try {
    keepSecretVariables();
    if (process.env.FERRULE_ENTRY === 'cli') process.exitCode = await cli();
    else if (process.env.FERRULE_ENTRY === 'publish')
      process.exitCode = await inRunner((context) => publishStep(stepOf(context), outlet));
    else if (process.env.FERRULE_ENTRY === 'plan')
      process.exitCode = await inRunner((context) => planStep(stepOf(context)));
    else if (process.env.FERRULE_ENTRY === 'fleet-report')
      process.exitCode = await inRunner((context) => fleetReportStep(stepOf(context)));
    else if (getState('report') !== '') await post();
    else process.exitCode = await inRunner(runAction);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    fail(error);
  } finally {
    terminal.end();
  }
}

function fail(error: unknown): void {
  if (error instanceof UserError) return log.error(error.message);
  log.error(`Ferrule failed: ${messageOf(error)} This is a defect of Ferrule; please report it with the log.`);
  if (error instanceof Error) log.output(error.stack ?? '');
}

/** For every action: the event, and what a refusal sets as the outcome. */
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

async function runAction(context: RunContext): Promise<number> {
  const folders = await makeFolders(context.temp);
  saveState('report', folders.report);
  saveState('scratch', folders.scratch);
  cancellation.watch(folders);
  let results: RunResult[];
  try {
    for (const warning of unknownInputs(Object.keys(process.env))) log.warning(warning);
    const inputs = readInputs(getInput, context);
    forgetPrivateVariables();
    setOutput('report-dir', folders.report); // now, so that it is known also of a run that is killed
    const started = await invocation({ inputs, context });
    await plantCanary(folders);
    results = await runInvocation(started, folders);
  } finally {
    await rm(folders.scratch, { recursive: true, force: true });
  }
  const records = results.map(({ record }) => record);
  announcement.setOutputs(actionOutputs(records, folders.report));
  await announcement.summarise(
    results.map(({ record, folder }) => ({
      record,
      outputs: (file) => folder.readText(file),
      transcript: folder.readText('transcript.jsonl'),
    })),
  );
  announcement.tellVerdicts(records);
  announcement.annotate(records);
  announcement.tellOpen(records);
  log.info('The report, the transcript and every output are in the folder of the output report-dir.');
  return statusOf(results);
}

/** The exit status, with what broke a run told last: a defect is never green, whatever the verdict is. */
function statusOf(results: readonly RunResult[]): number {
  const defects = results.flatMap(({ defect }) => defect ?? []);
  for (const defect of defects) fail(defect);
  return defects.length > 0 ? 1 : announcement.statusOf(results.map(({ record }) => record));
}

/** What the smaller actions are given. */
function stepOf(context: RunContext): Step {
  return { context, getInput, log, announcement, forgetPrivateVariables };
}

async function cli(): Promise<number> {
  const mask = outlet.masking('the log');
  return runCli(process.argv.slice(2), {
    root: ROOT,
    folder: process.cwd(),
    environment: process.env,
    print: (text) => {
      for (const line of answerLines(text, { mask, actions: process.env.GITHUB_ACTIONS === 'true' }))
        terminal.write(line);
    },
    plan: async ({ inputs, context }) => {
      forgetPrivateVariables();
      return planSpecs({ inputs, context, log });
    },
    run: async ({ inputs, context }) => {
      keepSecret('input anthropic-api-key', inputs.anthropicApiKey);
      keepSecret('input github-token', inputs.githubToken);
      forgetPrivateVariables();
      const folders = await makeFolders(context.temp);
      try {
        const started = await invocation({ inputs, context });
        await plantCanary(folders);
        const results = await runInvocation(started, folders);
        const records = results.map(({ record }) => record);
        announcement.tellVerdicts(records);
        announcement.annotate(records);
        announcement.tellOpen(records);
        for (const { publication } of records)
          if (publication.branch !== undefined) log.info(`The work is on branch ${publication.branch}.`);
        for (const { folder } of results)
          log.info(`Report: ${path.join(folder.dir, 'report.html')} (the same as text: report.md beside it)`);
        return statusOf(results);
      } finally {
        await rm(folders.scratch, { recursive: true, force: true });
      }
    },
  });
}

/** After the job's other steps: finishes a run that was killed, and removes its working files. */
async function post(): Promise<void> {
  const folders = { report: getState('report'), scratch: getState('scratch') };
  try {
    if (hasUnfinished(folders)) {
      const context = readEvent(process.env, await readEventFile(), { workspace: process.cwd(), temp: tmpdir() });
      const inputs = readInputs(getInput, context);
      forgetPrivateVariables();
      const mask = outlet.masking('the files of the report');
      await finishKilledRuns({ inputs, context, environment: { ...process.env }, log, outlet, mask }, folders);
    }
  } finally {
    await rm(folders.scratch, { recursive: true, force: true });
  }
}

async function invocation(given: Pick<Invocation, 'inputs' | 'context'>): Promise<Invocation> {
  const agents = path.join(ROOT, 'agents');
  const builtIns = new Map<string, string>();
  for (const file of (await readdir(agents)).filter((name) => name.endsWith('.md')))
    builtIns.set(path.basename(file, '.md'), await readFile(path.join(agents, file), 'utf8'));
  const { version } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    ...given,
    signal: cancellation.signal,
    environment: { ...process.env },
    log,
    outlet,
    mask: outlet.masking('the files of the report'),
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

/** Before the first line is logged: a message about an input may quote what was put into the wrong one. */
function keepSecretVariables(): void {
  for (const [name, value] of Object.entries(process.env)) {
    const input = /^INPUT_(.*)$/.exec(name)?.[1]?.toLowerCase();
    if (SECRET_VARIABLES.test(name))
      keepSecret(input === undefined ? `variable ${name}` : `input ${input}`, value?.trim());
  }
}

function keepSecret(name: string, value: string | undefined): void {
  if (value === undefined || !canBeMasked(value)) return;
  outlet.keep({ name, value });
  if (process.env.GITHUB_ACTIONS !== 'true') return;
  for (const line of value.split(/[\r\n]+/)) if (canBeMasked(line)) setSecret(line);
}

/** Where only this process can read it: its environment, which no child inherits, and a file that no box mounts. */
async function plantCanary({ scratch }: Folders): Promise<void> {
  const canary = outlet.plantCanary();
  process.env.FERRULE_CANARY = canary;
  await writeFile(path.join(scratch, 'canary'), canary, { mode: 0o600 });
}

/** From here on no child can inherit them; the values live in this process's memory only. */
function forgetPrivateVariables(): void {
  for (const name of Object.keys(process.env))
    if (PRIVATE_VARIABLES.test(name)) Reflect.deleteProperty(process.env, name);
}
