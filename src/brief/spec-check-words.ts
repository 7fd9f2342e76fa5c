// The spec check in words, for the log and the command line. What it finds is spec-check.ts.
import type { SpecFinding } from './spec-rules.js';
import type { Spec } from './spec.js';

/** `12 requirements (9 by an id of the author, 3 by their wording)` */
export function describeRequirements({ requirements }: Pick<Spec, 'requirements'>): string {
  const how = { id: 'by an id of the author', layout: "by the spec's layout", wording: 'by their wording' } as const;
  const parts = (['id', 'layout', 'wording'] as const)
    .map((kind) => ({ kind, count: requirements.filter(({ recognisedBy }) => recognisedBy === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${how[kind]}`);
  const count = `${requirements.length} requirement${requirements.length === 1 ? '' : 's'}`;
  return parts.length === 0 ? count : `${count} (${parts.join(', ')})`;
}

/** One line, as compilers write them. */
export function describeFinding({ rule, file, line, text }: SpecFinding): string {
  return `${file}:${line}: ${text} [${rule}]`;
}

export function describeFindings({ length: count }: readonly SpecFinding[]): string {
  return count === 0 ? 'no remarks' : `${count} remark${count === 1 ? '' : 's'}, none of which decides`;
}
