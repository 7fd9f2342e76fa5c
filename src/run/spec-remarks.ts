// The first thing a run does with a spec: its clauses in the record, and the check that needs no model, told in the log, on
// the lines of the spec and in the record. What the rules are is the room brief's; nothing here keeps a run from starting.
import type { Spec } from '../brief/brief.js';
import { checkSpec, describeFinding, describeFindings, describeRequirements, readTasks } from '../brief/brief.js';
import type { Log } from '../platform/log.js';
import type { SourceTree } from '../platform/source-tree.js';
import type { RunRecord } from '../report/report.js';

/** Of the ten notices that the runner keeps for a step; the others are left to the end of the run. */
const MAX_NOTICES = 5;
/** Lines of the log; report.json has all of them. */
const MAX_LINES = 30;

/** The clauses in the record's shape: with their inline code, and with their file where the spec is a folder of several. */
export function requirementRecords(spec: Pick<Spec, 'path' | 'requirements'>): RunRecord['spec']['requirements'] {
  return spec.requirements.map(({ id, written, line, file }) => ({
    ...{ id, text: written, line },
    ...(file === spec.path ? {} : { file }),
  }));
}

/** @param tree the commit that holds the spec */
export async function recordSpecCheck(record: RunRecord, spec: Spec, tree: SourceTree, log: Log): Promise<void> {
  const findings = await checkSpec(spec, tree);
  record.specCheck = findings;
  const tasks = readTasks(spec.documents, spec.requirements).map(({ isTicked: ticked, ...task }) => ({
    ...task,
    ticked,
  }));
  if (tasks.length > 0) record.spec.tasks = tasks;
  log.info(`Spec check: ${describeRequirements(spec)}; ${describeFindings(findings)}.`);
  findings.slice(0, MAX_LINES).forEach((finding, at) => {
    const { rule, file, line, text } = finding;
    const isNoticed = at < MAX_NOTICES && log.annotation('notice', `Spec check: ${rule}`, text, { file, line });
    if (!isNoticed) log.info(describeFinding(finding));
  });
  const rest = findings.length - MAX_LINES;
  if (rest > 0) log.info(`… and ${rest} more remarks in report.json.`);
}
