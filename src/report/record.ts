// The record of one run, `ferrule.report/v1`: the shape of report.json and the single source of every rendering. It holds
// facts that other rooms found; nothing is decided or worded here.
import { z } from 'zod';
import { gate, type GateRecord, place } from './gate-record.js';
import { publication } from './publication-record.js';
import { spec, specFinding } from './spec-record.js';
import { usage } from './usage-record.js';

export type { DiagnosticRecord, GateRecord } from './gate-record.js';
export type { UsageRecord } from './usage-record.js';

export const OUTCOMES = ['refused', 'stopped', 'unverified', 'needs-answer', 'verified', 'unchanged'] as const;
const STOP_REASONS = [
  'turns',
  'tokens',
  'cost',
  'time',
  'rounds',
  'model-error',
  'refusal',
  'cancelled',
  'loop',
  'disk',
  'defect',
] as const;

const count = z.int().nonnegative();
const outcome = z.enum(OUTCOMES).describe('Ordered from worst to best.');
const stopReason = z.enum(STOP_REASONS).describe('Why the run ended early, with any outcome.');
const requirementIds = z.array(z.string());

const claim = z.object({
  id: z.string(),
  status: z.enum(['met', 'partly', 'not-met', 'untestable']),
  code: z.array(z.string()).describe('path:line'),
  tests: z.array(z.string()),
  note: z.string().optional(),
});

const ledgerEntry = z.object({
  id: z.string(),
  text: z.string(),
  status: z.enum(['proven', 'partly', 'unproven', 'untestable', 'not-met']),
  claimed: claim.shape.status.nullable().describe("The model's own word; null when it said nothing."),
  code: claim.shape.code,
  tests: z.array(z.object({ name: z.string(), result: z.enum(['ok', 'failed', 'ignored', 'not-run']), ...place })),
  note: z.string().optional(),
});

const testsOnBase = z.object({
  path: z.string(),
  package: z.string(),
  result: z
    .enum(['not-built', 'ran', 'unknown'])
    .describe(
      'not-built: it does not compile there, as a test of new code should not; unknown: it was not run, or not to its end.',
    ),
  passed: z.array(z.string()).describe('Tests that pass there too: they prove nothing new.'),
  failed: count,
  output: z.string().optional().describe('File with the complete output, relative to report-dir.'),
});

const apiChange = z.object({
  crate: z.string(),
  kind: z.enum(['added', 'changed', 'removed']),
  item: z.string().describe('Path below the crate, such as store::Cache::set.'),
  before: z.string().optional().describe('Signature on the base.'),
  after: z.string().optional().describe('Signature in the result.'),
  note: z.string().optional().describe('What the comparison could not see.'),
});

const question = z.object({
  number: z.int().positive().describe('The same in every run of the spec; never given to another question.'),
  text: z.string(),
  requirement: z.string().optional(),
  blocking: z.boolean(),
});

const answer = z.object({
  number: question.shape.number,
  question: z.string(),
  answer: z.string(),
  author: z.string().optional().describe('Login of who wrote it; absent when a change of the spec was the answer.'),
  requirement: z.string().optional(),
  blocking: z.boolean().describe('Whether the question was.'),
});

export const runRecordSchema = z
  .object({
    schema: z.literal('ferrule.report/v1'),
    outcome,
    stopReason: stopReason.optional(),
    message: z.string().describe('One sentence: why this outcome.'),
    run: z.object({
      id: z.string(),
      url: z.string().optional(),
      startedAt: z.iso.datetime(),
    }),
    spec,
    specCheck: z
      .array(specFinding)
      .optional()
      .describe('What the spec check remarked before anything was spent; absent when the spec was not read.'),
    sourceWarnings: z
      .array(z.string())
      .optional()
      .describe('What reading spec, agent file and standards brought up: hidden text that was left out, say.'),
    agent: z.object({ name: z.string(), hash: z.string() }),
    model: z.string(),
    baseline: z
      .object({
        check: gate.optional(),
        test: gate.optional(),
        gates: z.array(gate).describe('The gates besides check and test.'),
      })
      .optional()
      .describe('The same gates on the base, before the agent changed anything.'),
    verification: z
      .object({
        ...{ commit: z.string(), tree: z.string(), gates: z.array(gate) },
        onBranch: z
          .boolean()
          .optional()
          .describe('False for a commit that is not pushed, since a gate of cargo failed: change.patch has its work.'),
      })
      .optional()
      .describe('The last verification; absent when none ran.'),
    ledger: z.array(ledgerEntry).describe('Empty when the requirements were not checked one by one.'),
    claims: z.array(claim).optional().describe("What the model's finish call said; not checked."),
    summary: z.string().optional().describe("The model's own closing words; not checked."),
    plans: z
      .array(
        z.object({
          turn: count.describe("Number of the model's answer that set it."),
          at: z.iso.datetime(),
          increments: z.array(
            z.object({
              title: z.string(),
              requirements: requirementIds,
              commit: z.string().optional().describe('Set when it was completed while this version held.'),
            }),
          ),
        }),
      )
      .optional()
      .describe('Every version of the plan, the one that held at the end last; absent when there was none.'),
    increments: z.array(
      z.object({
        title: z.string(),
        commit: z.string(),
        requirements: requirementIds,
        earlierRun: z
          .boolean()
          .optional()
          .describe('True for a commit of an earlier run, from which this one went on.'),
        builds: z
          .boolean()
          .optional()
          .describe(
            'Whether cargo check exits with 0 on a clean checkout of this commit; absent where it was not checked.',
          ),
      }),
    ),
    newTestsOnBase: z
      .array(testsOnBase)
      .optional()
      .describe('Test files that the run added, run on the code of the base; absent when there was none to run.'),
    questions: z.array(question).describe('What is open, of this run and of earlier ones.'),
    answers: z.array(answer).optional().describe('What people answered to earlier runs, as this run was given it.'),
    staleRequirements: z
      .array(z.string())
      .optional()
      .describe(
        'What commits of earlier runs served in a text that the spec no longer has: open again, its proof gone.',
      ),
    records: z.array(
      z.object({
        kind: z.enum(['improvement', 'deviation', 'assumption']),
        text: z.string(),
        requirement: z.string().optional(),
        earlierRun: z
          .boolean()
          .optional()
          .describe('True for what an earlier run recorded, from which this one went on.'),
      }),
    ),
    audit: z.array(
      z.object({
        rule: z.string(),
        path: z.string(),
        line: z.int().positive().optional(),
        text: z.string(),
        blocking: z.boolean(),
        liftedBy: z
          .object({ requirement: z.string(), text: z.string() })
          .optional()
          .describe('The deviation, one of records, that keeps it from blocking.'),
      }),
    ),
    auditSeverities: z
      .array(
        z.object({
          rule: z.string(),
          severity: z.enum(['block', 'warn', 'off']),
          from: z.string().describe('The input audit-rules, or the manifest of the base whose lints set it.'),
        }),
      )
      .optional()
      .describe("Severities of the audit's rules that were not the defaults."),
    dependencies: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        source: z.string(),
        checksum: z.string().optional(),
        license: z.string().optional().describe('SPDX expression, or the name of the licence file.'),
        buildScript: z.boolean().describe('It runs code of its own at build time.'),
        procMacro: z.boolean().optional().describe('It runs code of its own inside the compiler.'),
        inspected: z
          .boolean()
          .optional()
          .describe(
            'False when its source was not there to read: licence, buildScript and procMacro are then unknown.',
          ),
        direct: z.boolean().optional().describe('A crate of the workspace names it; else only other crates do.'),
        features: z
          .array(z.string())
          .optional()
          .describe("What the workspace's manifests ask for; absent for crates that only other crates name."),
      }),
    ),
    publicApi: z
      .array(apiChange)
      .optional()
      .describe('What changed in the public interface of each library; absent when it was not compared.'),
    usage,
    publication,
    alarms: z
      .array(z.string())
      .optional()
      .describe(
        'Where a secret was about to leave the run; absent when none was. After an alarm nothing is published.',
      ),
    toolchain: z.object({ rustc: z.string(), cargo: z.string(), host: z.string() }),
    environment: z.object({ ferrule: z.string(), runnerOs: z.string(), sandbox: z.string() }),
    reproduce: z.array(z.string()).describe('Commands that get the same verdict elsewhere, in order.'),
  })
  .meta({ title: 'Ferrule report', description: 'What one run of one spec did, and what cargo said of it.' });

export type RunRecord = z.infer<typeof runRecordSchema>;
export type Outcome = RunRecord['outcome'];
export type StopReason = z.infer<typeof stopReason>;
export type LedgerEntry = z.infer<typeof ledgerEntry>;
export type QuestionRecord = z.infer<typeof question>;
export type AnswerRecord = z.infer<typeof answer>;
export type PublicationRecord = z.infer<typeof publication>;
type BaselineRecord = NonNullable<RunRecord['baseline']>;

/** Sorts the gates that ran on the base into the record's shape. */
export function baselineRecord(gates: readonly GateRecord[]): BaselineRecord {
  return {
    check: gates.find(({ name }) => name === 'check'),
    test: gates.find(({ name }) => name === 'test'),
    gates: gates.filter(({ name }) => name !== 'check' && name !== 'test'),
  };
}

/** The text of report.json. */
export function reportJson(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** JSON Schema (2020-12) of report.json. Open for further fields: later versions may add some, never change these. */
export function reportJsonSchema(): object {
  return z.toJSONSchema(runRecordSchema, { io: 'input' });
}
