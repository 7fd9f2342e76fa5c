// What another job left of one spec's run, held against everything this job can know by itself: the run, the repository,
// the spec at the base, and whether report and verdict agree with each other. What cannot be known without cargo, that
// the gates really passed, is the other job's word.
import path from 'node:path';
import { loadSpec, type Spec } from '../brief/brief.js';
import { UserError } from '../errors.js';
import type { RunContext } from '../inputs/inputs.js';
import type { Git } from '../platform/git.js';
import type { ReceivedFolder } from '../platform/received-folder.js';
import { MAX_FILE_BYTES } from '../platform/received-folder.js';
import type { Result } from '../publish/publish.js';
import { RESULT_FILE, readResult } from '../publish/publish.js';
import type { GateRecord, RunRecord } from '../report/report.js';
import { runRecordSchema } from '../report/report.js';
import { requirementRecords } from './spec-remarks.js';

export interface ReceivedResult {
  record: RunRecord;
  result: Result;
  /** As the base has it, whatever the record says. */
  spec: Spec & { hash: string };
  /** Complete outputs of the verification's commands by the names in the record. */
  outputs: (file: string) => string;
}

const MAX_REPORT_BYTES = 64 * 1024 * 1024;
const MAX_RESULT_BYTES = 64 * 1024 * 1024;
const REPORT_FILE = 'report.json';
/** A folder for each artifact, and in it one for each spec; the file itself counts too. */
const MAX_DEPTH = 3;
/** What `Outputs` of the workshop calls its files. */
const OUTPUT_NAME = /^outputs\/[\w-][\w.-]{0,200}$/;
/** The commands that a report offers for the reader's own terminal (verify/gates.ts writes them). */
const REPRODUCE =
  /^(git checkout [0-9a-f]{40,64}|git apply change\.patch|cd [\w@%+=:,./-]+|cargo( ([\w@%+=:,./-]+|'[^'\p{C}]*'))+)$/u;

/** Folders that hold a result, `''` for the folder itself: one, or one for each spec of a run over several. */
export function findResults({ files }: ReceivedFolder): string[] {
  if (files.has(RESULT_FILE)) return [''];
  return [...files.keys()]
    .filter((name) => name.split('/').length === 2 && name.endsWith(`/${RESULT_FILE}`))
    .map((name) => name.slice(0, -RESULT_FILE.length))
    .sort();
}

/** Folders that hold a report, however the run ended: also below those of the artifacts that were downloaded together. */
export function findReports({ files }: ReceivedFolder): string[] {
  return [...files.keys()]
    .filter((name) => path.posix.basename(name) === REPORT_FILE && name.split('/').length <= MAX_DEPTH)
    .map((name) => name.slice(0, -REPORT_FILE.length))
    .sort();
}

/** Reads the two files. Nothing of them is believed yet. @throws UserError */
export async function readFiles(
  folder: ReceivedFolder,
  prefix: string,
): Promise<{ record: RunRecord; result: Result }> {
  const result = await readResultFile(folder, prefix);
  return { record: await readReport(folder, prefix), result };
}

/** @throws UserError */
export async function readResultFile(folder: ReceivedFolder, prefix: string): Promise<Result> {
  const read = readResult(await folder.readText(`${prefix}${RESULT_FILE}`, MAX_RESULT_BYTES));
  if (read.kind === 'unreadable') throw new UserError(`The result was refused: ${RESULT_FILE} ${read.reason}.`);
  return read.result;
}

/** @throws UserError */
export async function readReport(folder: ReceivedFolder, prefix: string): Promise<RunRecord> {
  return parseReport(await folder.readText(`${prefix}${REPORT_FILE}`, MAX_REPORT_BYTES));
}

function parseReport(text: string): RunRecord {
  try {
    return runRecordSchema.parse(JSON.parse(text));
  } catch {
    throw new UserError(`The result was refused: ${REPORT_FILE} is not what schemas/report.schema.json describes.`);
  }
}

/**
 * Holds result and report against this run.
 * @param base commit and branch that the result is published on, chosen by this job; the repository has the commit
 * @throws UserError naming what does not agree
 */
export async function judgeResult(
  { record, result }: { record: RunRecord; result: Result },
  folder: ReceivedFolder,
  prefix: string,
  { git, context }: { git: Git; context: RunContext },
): Promise<ReceivedResult> {
  const objection = objectionToOrigin(record, result, context) ?? objectionToVerdict(record, result);
  if (objection !== undefined) throw new UserError(`The result was refused: ${objection}`);
  const tree = await git.sourceTree(result.base.commit);
  const spec = await loadSpec(tree, record.spec.path);
  const hash = spec.hash.replace(/^sha256:/, '');
  if (spec.path !== record.spec.path || hash !== record.spec.hash)
    throw new UserError('The result was refused: it was made for another text of the spec than the base has.');
  const requirements = requirementRecords(spec);
  const texts = new Map(requirements.map(({ id, text }) => [id, text]));
  const stranger = record.ledger.find(({ id, text }) => texts.get(id) !== text);
  if (stranger !== undefined)
    throw new UserError('The result was refused: its ledger has a requirement that the spec does not have.');
  const trusted: RunRecord = {
    ...record,
    spec: { path: spec.path, title: spec.title, hash, requirements },
    publication: { kind: 'none', warnings: [] },
  };
  return { record: trusted, result, spec: { ...spec, hash }, outputs: await readOutputs(record, folder, prefix) };
}

/** Whose result it is: this very workflow run's, of this repository. */
function objectionToOrigin(record: RunRecord, result: Result, { repository, runUrl }: RunContext): string | undefined {
  const here = `${repository?.owner ?? ''}/${repository?.name ?? ''}`;
  if (result.repository !== here) return `it was made for another repository than ${here}.`;
  if (runUrl === undefined || record.run.url !== runUrl)
    return 'it comes from another workflow run. Download the artifact that a job of this run uploaded.';
  return undefined;
}

/** Whether the report's outcome is one that its own facts allow. */
function objectionToVerdict(record: RunRecord, { start, base, commits }: Result): string | undefined {
  const { outcome, verification, reproduce } = record;
  const gates = [...(verification?.gates ?? []), ...gatesOfBaseline(record)];
  if (gates.some(({ output }) => output !== '' && !OUTPUT_NAME.test(output)))
    return 'its report names an output outside of the folder outputs/.';
  const [checkout, ...others] = reproduce;
  const own = [commits.at(-1)?.id ?? start, base.commit];
  const isOffered = checkout === undefined || own.some((id) => checkout === `git checkout ${id}`);
  if (!isOffered || others.some((line) => !REPRODUCE.test(line)))
    return 'its report offers commands to reproduce it that Ferrule does not write.';
  const marked = commits.filter((commit) => commit.outcome !== undefined);
  if (outcome !== 'verified') {
    if (outcome === 'refused' || outcome === 'unchanged') return `a run that ended '${outcome}' leaves no result.`;
    return marked.length === 0 ? undefined : `a commit says 'verified', and the report says '${outcome}'.`;
  }
  if (marked.length !== 1 || marked[0] !== commits.at(-1))
    return "the report says 'verified', and not exactly the last commit does.";
  if (verification?.tree !== marked[0]?.tree) return 'the tree that was verified is not that of the last commit.';
  // Of an earlier run's commits, when this one found nothing to change.
  const verified = [start, ...commits.map(({ id }) => id)];
  if (!verified.includes(verification?.commit ?? '')) return 'the commit that was verified is not in it.';
  const deciding = (verification?.gates ?? []).filter((gate) => gate.deciding);
  if (deciding.length === 0) return "the report says 'verified' without a gate that decides.";
  const failed = deciding.find((gate) => !hasPassed(gate));
  if (failed !== undefined) return "the report says 'verified' although a gate that decides did not pass.";
  if (record.questions.some(({ blocking }) => blocking))
    return "the report says 'verified' although a blocking question is open.";
  return undefined;
}

/** A failure that is excused by the baseline leaves an exit code other than 0, and the names of what failed before. */
function hasPassed({ status, exitCode, reasons, tests, olderFailures }: GateRecord): boolean {
  const isClean = (exitCode === 0 || exitCode === null) && (tests?.failed ?? 0) === 0;
  return status === 'passed' && reasons.length === 0 && (isClean || olderFailures.length > 0);
}

function gatesOfBaseline({ baseline }: RunRecord): GateRecord[] {
  return [baseline?.check, baseline?.test, ...(baseline?.gates ?? [])].filter((gate) => gate !== undefined);
}

async function readOutputs(
  { verification }: RunRecord,
  folder: ReceivedFolder,
  prefix: string,
): Promise<(file: string) => string> {
  const texts = new Map<string, string>();
  for (const { output } of verification?.gates ?? [])
    if (folder.files.has(`${prefix}${output}`))
      texts.set(output, await folder.readText(`${prefix}${output}`, MAX_FILE_BYTES));
  return (file) => texts.get(file) ?? '';
}
