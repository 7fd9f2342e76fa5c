// The part of a run's record that tells what its spec holds and what the spec check said of it.
import { z } from 'zod';

const specTask = z.object({
  file: z.string(),
  line: z.int().positive(),
  depth: z.int().nonnegative().describe('How many tasks it stands below.'),
  text: z.string(),
  ticked: z.boolean().describe('As the spec has it.'),
  requirements: z.array(z.string()).describe('Those it refers to; it is done when the ledger proves all of them.'),
});

export const specFinding = z.object({
  rule: z.string().describe('Of docs/spec-check.md.'),
  file: z.string(),
  line: z.int().positive(),
  text: z.string(),
  requirement: z.string().optional(),
});

export const spec = z.object({
  path: z.string(),
  title: z.string(),
  hash: z.string().describe('SHA-256 in hexadecimal; empty when the spec was not read.'),
  requirements: z.array(
    z.object({
      ...{ id: z.string(), text: z.string(), line: z.int().positive() },
      file: z.string().optional().describe('Where it stands, when the spec is a folder.'),
    }),
  ),
  tasks: z.array(specTask).optional().describe('The task lists of the spec; absent when it has none.'),
});
