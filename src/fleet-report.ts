// The reports of a fleet's jobs, read back in one that sums them up. They come from other jobs: only their form is relied
// on, and their texts are shown as text.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from './errors.js';
import type { FleetReportInputs } from './inputs/inputs.js';
import { FLEET_REPORT_INPUT_DEFAULTS, readFleetReportInputs, unknownInputs } from './inputs/inputs.js';
import { openReceivedFolder } from './platform/received-folder.js';
import type { RunRecord } from './report/report.js';
import { exitStatus, fleetOutputs, renderFleetSummary, runRecordSchema, verdictLine } from './report/report.js';
import type { Step } from './announcement.js';

const MAX_REPORT_BYTES = 64 * 1024 * 1024;

/** The action `fleet-report`. @returns 1 when a run of the fleet is red, left no report, or was refused by the plan */
export async function fleetReportStep(step: Step): Promise<number> {
  const { context, getInput, log } = step;
  for (const warning of unknownInputs(Object.keys(process.env), Object.keys(FLEET_REPORT_INPUT_DEFAULTS)))
    log.warning(warning);
  const inputs = readFleetReportInputs(getInput);
  step.forgetPrivateVariables();
  const { records, missing } = await readFleet(inputs, context.workspace);
  const refused = inputs.notRun.refused.length;
  step.announcement.setOutputs(fleetOutputs(records, refused));
  await step.announcement.writeSummary(renderFleetSummary(records, { missing, notRun: inputs.notRun }));
  for (const record of records) log.info(`${record.spec.path}: ${verdictLine(record)}`);
  if (missing > 0) log.error(`${missing} of ${inputs.expected ?? 0} planned specs left no report; see their jobs.`);
  return missing > 0 || refused > 0 ? 1 : exitStatus(records);
}

/** @returns the newest record of each spec by their paths, and how many of the expected ones are not there @throws UserError */
async function readFleet(
  { reports, expected }: FleetReportInputs,
  workspace: string,
): Promise<{ records: RunRecord[]; missing: number }> {
  const records: RunRecord[] = [];
  const place = path.resolve(workspace, reports);
  // No artifact to download leaves no folder.
  const folder = existsSync(place) ? await openReceivedFolder(place, 'reports') : undefined;
  for (const name of folder?.files.keys() ?? []) {
    if (path.posix.basename(name) !== 'report.json') continue;
    records.push(parse(name, (await folder?.readText(name, MAX_REPORT_BYTES)) ?? ''));
  }
  const newest = newestOfEach(records).sort((a, b) => (a.spec.path < b.spec.path ? -1 : 1));
  return { records: newest, missing: Math.max(0, (expected ?? 0) - newest.length) };
}

/** A job that was run again left a second report of its spec, and what counts is how that ended. */
function newestOfEach(records: readonly RunRecord[]): RunRecord[] {
  const startMs = ({ run }: RunRecord) => Date.parse(run.startedAt);
  const newest = new Map<string, RunRecord>();
  for (const record of records) {
    const { path: spec } = record.spec;
    const other = newest.get(spec);
    if (other === undefined || startMs(other) <= startMs(record)) newest.set(spec, record);
  }
  return [...newest.values()];
}

function parse(name: string, text: string): RunRecord {
  try {
    return runRecordSchema.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      `'${name}' is not what schemas/report.schema.json describes. Only Ferrule's own reports are summed up.`,
    );
  }
}
