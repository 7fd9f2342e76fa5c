// The gates that judge the change instead of running a command: what the model says it did, held against the verified
// tree and its test results.
import type { Git } from '../platform/git.js';
import type { GateRecord } from '../report/report.js';
import type { RustSyntax, TestReport, WorkspaceMember } from '../workshop/workshop.js';
import { auditChange, describeFinding } from './audit.js';
import type { SeverityChange } from './audit-policy.js';
import { auditPolicy } from './audit-policy.js';
import type { AuditSeverities, Finding } from './audit-rules.js';
import { librariesOf, readChange } from './change-sources.js';
import type { RecordedDeviation } from './deviations.js';
import type { FailedTest } from './failed-tests.js';
import { failedTests } from './failed-tests.js';
import type { Ledger, LedgerFacts } from './ledger.js';
import { judgeLedger } from './ledger.js';
import type { ApiChange } from './public-api.js';
import { comparePublicApi } from './public-api.js';
import { crateOf } from './test-identity.js';
import { testPlaces } from './test-places.js';
import { TestRuns } from './test-runs.js';

export const EVIDENCE_GATES = ['audit', 'ledger'] as const;
export type EvidenceGate = (typeof EVIDENCE_GATES)[number];

/** What the agent left behind, asked for at the moment of judgement. */
interface Handover {
  claims: LedgerFacts['claims'];
  waiting: LedgerFacts['waiting'];
  /** What the model recorded as deviation from the spec. */
  deviations: readonly RecordedDeviation[];
}

export interface EvidenceTerms {
  git: Git;
  syntax: RustSyntax;
  baseTree: string;
  requirements: LedgerFacts['requirements'];
  /** What the workflow sets; the project's own lints and the defaults count where it sets nothing. */
  auditRules: AuditSeverities;
  handover: () => Handover;
  deciding: readonly EvidenceGate[];
  advisory: readonly EvidenceGate[];
}

export interface JudgedGate {
  name: EvidenceGate;
  deciding: boolean;
  status: 'passed' | 'failed';
  reasons: string[];
}

export interface Evidence {
  ledger: Ledger;
  /** What changed in the public interface of the workspace's libraries. */
  publicApi: ApiChange[];
  findings: Finding[];
  failedTests: FailedTest[];
  /** Severities of the audit's rules that were not the defaults. */
  severityChanges: SeverityChange[];
  gates: JudgedGate[];
}

/** What the verification found beside the texts. */
interface Checked {
  /** Of the verified tree. */
  members: readonly WorkspaceMember[];
  /** What the test gate found, with its complete output and what it found on the base; `undefined` when it did not run. */
  testRun: { tests: TestReport; output: string; base: TestReport | undefined } | undefined;
}

/** Judges the verified tree. Cheap beside the cargo gates: no process but git. */
export async function judgeEvidence(
  terms: EvidenceTerms,
  tree: string,
  { members, testRun }: Checked,
): Promise<Evidence> {
  const tests = testRun?.tests.tests ?? [];
  const files = await terms.git.sourceTree(tree);
  const handover = terms.handover();
  const claimedPaths = new Set((handover.claims ?? []).flatMap((claim) => claim.code.map(pathOf)));
  const lineCounts = new Map<string, number>();
  for (const path of claimedPaths) {
    const text = (await files.read(path))?.toString('utf8');
    if (text !== undefined) lineCounts.set(path, text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
  }
  const change = await readChange(terms.git, terms.baseTree, tree);
  const ledger = judgeLedger({
    requirements: terms.requirements,
    ...handover,
    tests: tests.map(({ name, executable, result }) => ({ name, result, crate: crateOf(executable) })),
    lineCount: (path) => lineCounts.get(path),
    added: change.added,
    isReached: reachOf(members),
  });
  const failing = tests.filter(({ result }) => result !== 'ok' && result !== 'ignored').map(({ name }) => name);
  const named = ledger.entries.flatMap((entry) => entry.tests.map(({ name }) => name));
  const places = testPlaces(terms.syntax, change.head, [...named, ...failing]);
  for (const test of ledger.entries.flatMap((entry) => entry.tests)) Object.assign(test, places.get(test.name));
  const gate = (name: EvidenceGate, reasons: string[]): JudgedGate => ({
    name,
    deciding: terms.deciding.includes(name),
    status: reasons.length === 0 ? 'passed' : 'failed',
    reasons,
  });
  const policy = auditPolicy(terms.auditRules, change);
  const runs = testRun?.base && new TestRuns({ base: testRun.base, result: testRun.tests }, members);
  const findings = auditChange(terms.syntax, change, members, handover.deviations, policy.severities, runs);
  const reasons = { audit: findings.filter(({ blocking }) => blocking).map(describeFinding), ledger: ledger.reasons };
  const publicApi = comparePublicApi({ syntax: terms.syntax, ...change, libraries: librariesOf(members) });
  const asked = EVIDENCE_GATES.filter((name) => terms.deciding.includes(name) || terms.advisory.includes(name));
  const gates = asked.map((name) => gate(name, reasons[name]));
  const workspace = { files: files.files.map(({ path }) => path), folders: members.map(folderOf), places };
  return {
    ...{ ledger, findings, severityChanges: policy.changes, publicApi, gates },
    failedTests: testRun === undefined ? [] : failedTests(testRun.tests, testRun.output, workspace),
  };
}

/** The judged gate in the shape of report.json: there is no command, so no exit code and no output. */
export function judgedGateRecord(gate: JudgedGate): GateRecord {
  return { ...gate, command: '', exitCode: null, durationMs: 0, output: '', olderFailures: [], diagnostics: [] };
}

function pathOf(location: string): string {
  return location
    .trim()
    .replace(/^\.\//, '')
    .replace(/(:\d+(-\d+)?)+$/, '');
}

/** A test reaches its own package and the members that package depends on, directly or not. */
function reachOf(members: readonly WorkspaceMember[]): LedgerFacts['isReached'] {
  const asCrate = (name: string) => name.replaceAll('-', '_');
  const byName = new Map(members.map((member) => [member.name, member]));
  const closure = (member: WorkspaceMember, seen: Set<WorkspaceMember>): Set<WorkspaceMember> => {
    if (seen.has(member)) return seen;
    seen.add(member);
    for (const { name } of member.dependencies) {
      const next = byName.get(name);
      if (next) closure(next, seen);
    }
    return seen;
  };
  return (path, crate) => {
    if (crate === undefined) return true;
    const owners = members.filter((member) => member.targets.some((target) => asCrate(target.name) === asCrate(crate)));
    if (owners.length === 0) return true; // a name cargo shows but metadata does not: nothing is known against it
    const reached = owners.flatMap((owner) => [...closure(owner, new Set())]);
    return reached.some((member) => {
      const folder = folderOf(member);
      return folder === '' || path === folder || path.startsWith(`${folder}/`);
    });
  };
}

/** Of a package, relative to the repository; empty for its root. */
function folderOf({ manifestPath }: WorkspaceMember): string {
  return manifestPath.replace(/\/?Cargo\.toml$/, '');
}
