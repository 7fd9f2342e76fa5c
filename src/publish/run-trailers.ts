// The values of those trailers by which a run takes up an earlier one that left nothing but commits: which text of a
// requirement a commit serves, what was spent, what was still planned. The message around them is commit-message.ts.
import { readSpending, writtenCost, type Spending } from '../report/report.js';
import { inertLine } from './inert-words.js';
import { trailerValue } from './trailer-value.js';

/** As many hexadecimal digits of a hash tell the texts of a spec's requirements apart. */
const HASH_DIGITS = 16;
const MAX_PLANNED_CHARS = 1_000;

interface Requirement {
  id: string;
  hash: string;
}

/** `R1=<hex>, R2=<hex>` for those of the ids that the spec has. @param requirements `hash`: `sha256:<hex>` */
export function requirementHashesValue(ids: readonly string[], requirements: readonly Requirement[]): string {
  const known = new Map(requirements.map(({ id, hash }) => [id, digits(hash)]));
  return ids.flatMap((id) => (known.has(id) ? [trailerValue(`${id}=${known.get(id) ?? ''}`)] : [])).join(', ');
}

/** Reads the above; what has another form is passed over. */
export function readRequirementHashes(value: string): Requirement[] {
  return value.split(', ').flatMap((pair) => {
    const [, id, hash] = /^(.+)=([0-9a-f]{16})$/.exec(pair) ?? [];
    return id === undefined || hash === undefined ? [] : [{ id, hash }];
  });
}

/** Whether a requirement has the text that a trailer names. */
export function hasHash({ hash }: Requirement, written: string): boolean {
  return digits(hash) === written;
}

/** `48210 tokens, 0.4312 USD`, without the second where the cost is unknown. */
export function spentValue({ tokens, costUsd }: Spending): string {
  return `${tokens} tokens${costUsd === undefined ? '' : `, ${writtenCost(costUsd)} USD`}`;
}

export function readSpent(value: string | undefined): Spending | undefined {
  const [, tokens, costUsd] = /^(\d+) tokens(?:, ([\d.]+) USD)?$/.exec(value ?? '') ?? [];
  return readSpending(tokens, costUsd);
}

/** `Title (R1, R2); Title (R3)`: for the model of a later run to read, not to be parsed. */
export function plannedValue(planned: readonly { title: string; requirements: readonly string[] }[]): string {
  const parts = planned.map(({ title, requirements }) =>
    requirements.length === 0 ? title : `${title} (${requirements.join(', ')})`,
  );
  return inertLine(parts.join('; '), MAX_PLANNED_CHARS);
}

function digits(hash: string): string {
  return hash.replace(/^sha256:/, '').slice(0, HASH_DIGITS);
}
