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
const REPORT_FILE = 'report.json';
/** A folder for each artifact, and in it perhaps one for the spec; the file itself counts too. */
const MAX_DEPTH = 3;

/**
 * The action `fleet-report`.
 * @returns 1 when a run of the fleet is red, left no report or several, or was refused by the plan
 */
export async function fleetReportStep(step: Step): Promise<number> {
  const { context, getInput, log } = step;
  for (const warning of unknownInputs(Object.keys(process.env), Object.keys(FLEET_REPORT_INPUT_DEFAULTS)))
    log.warning(warning);
  const inputs = readFleetReportInputs(getInput);
  step.forgetPrivateVariables();
  const { records, missing, ambiguous } = await readFleet(inputs, context.workspace);
  const refused = inputs.notRun.refused.length;
  step.announcement.setOutputs(fleetOutputs(records, refused));
  await step.announcement.writeSummary(renderFleetSummary(records, { missing, notRun: inputs.notRun }));
  for (const record of records) log.info(`${record.spec.path}: ${verdictLine(record)}`);
  if (missing > 0) log.error(`${missing} of ${inputs.expected ?? 0} planned specs left no report; see their jobs.`);
  for (const artifact of ambiguous)
    log.error(`'${artifact}' holds several reports, of which none counts: a job of a plan leaves one.`);
  return missing > 0 || refused > 0 || ambiguous.length > 0 ? 1 : exitStatus(records);
}

interface Fleet {
  /** The newest of each spec, by the paths of the specs. */
  records: RunRecord[];
  /** How many of the expected ones are not there. */
  missing: number;
  /** Artifacts that hold several reports. */
  ambiguous: string[];
}

/** @throws UserError */
async function readFleet({ reports, expected }: FleetReportInputs, workspace: string): Promise<Fleet> {
  const place = path.resolve(workspace, reports);
  // No artifact to download leaves no folder.
  const folder = existsSync(place) ? await openReceivedFolder(place, 'reports') : undefined;
  const found = [...reportsByArtifact([...(folder?.files.keys() ?? [])])];
  const records: RunRecord[] = [];
  for (const [, names] of found) {
    const [name] = names;
    if (folder === undefined || name === undefined || names.length > 1) continue;
    records.push(parse(name, await folder.readText(name, MAX_REPORT_BYTES)));
  }
  const newest = newestOfEach(records).sort((a, b) => (a.spec.path < b.spec.path ? -1 : 1));
  return {
    records: newest,
    missing: Math.max(0, (expected ?? 0) - newest.length),
    ambiguous: found.flatMap(([artifact, names]) => (names.length > 1 ? [artifact] : [])).sort(),
  };
}

/** By the folder of the artifact: whoever wrote one job's must not be able to tell how another job ended. */
function reportsByArtifact(files: readonly string[]): Map<string, string[]> {
  const reports = files.filter(
    (name) => path.posix.basename(name) === REPORT_FILE && name.split('/').length <= MAX_DEPTH,
  );
  const byArtifact = new Map<string, string[]>();
  for (const name of reports) {
    const artifact = name.includes('/') ? name.slice(0, name.indexOf('/')) : '.';
    byArtifact.set(artifact, [...(byArtifact.get(artifact) ?? []), name]);
  }
  return byArtifact;
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
