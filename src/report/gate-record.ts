// What a gate found, in the shape of report.json. The rest of the record is record.ts.
import { z } from 'zod';

const count = z.int().nonnegative();

export const place = {
  path: z.string().optional().describe('Relative to the repository.'),
  line: z.int().positive().optional(),
};

const diagnostic = z.object({
  level: z.string().describe("The compiler's word: error, warning, …"),
  code: z.string().optional().describe('Such as E0308 or clippy::needless_return.'),
  message: z.string(),
  ...place,
  column: z.int().positive().optional(),
  rendered: z.string().describe('As the compiler prints it, without colours.'),
});

const tests = z.object({
  passed: count,
  failed: count,
  ignored: count,
  filteredOut: count,
  new: count.describe('Tests that the baseline does not have.'),
  names: z.array(
    z.object({
      name: z.string(),
      executable: z.string().describe('The test executable, or the crate of a doc test.'),
      result: z.enum(['ok', 'failed', 'ignored']),
    }),
  ),
  failures: z
    .array(
      z.object({
        ...{ name: z.string(), executable: z.string(), ...place },
        message: z.string().optional().describe("The panic's."),
      }),
    )
    .optional()
    .describe('The failed tests, each with the place of its panic, else its own.'),
});

export const gate = z.object({
  name: z.string().describe('check, test, fmt, clippy, doc, audit or ledger.'),
  command: z.string().describe('As typed on a command line.'),
  deciding: z.boolean().describe('False for an advisory gate.'),
  status: z.enum(['passed', 'failed', 'unavailable']),
  exitCode: z.int().nullable().describe('As the command gave it; null when it did not exit by itself.'),
  durationMs: count,
  output: z.string().describe('File with the complete output, relative to report-dir.'),
  reasons: z.array(z.string()).describe('Why the gate failed, beyond the exit code.'),
  olderFailures: z.array(z.string()).describe('What failed in the baseline too, by name.'),
  diagnostics: z.array(diagnostic),
  tests: tests.optional(),
});

export type GateRecord = z.infer<typeof gate>;
export type DiagnosticRecord = z.infer<typeof diagnostic>;
