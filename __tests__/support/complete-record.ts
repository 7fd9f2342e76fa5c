// A record in which everything that the schema knows is there, made from the schema itself: a field that is added to it is
// in here from then on.
import { reportJsonSchema, runRecordSchema, type RunRecord } from '../../src/report/report.js';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: string[];
  const?: unknown;
  anyOf?: Schema[];
  format?: string;
}

const LENGTH = 3;

/**
 * Arrays have three entries, of which the second has only what is required; choices and truth values take turns. Addresses
 * are the only texts with a form: GitHub's, with the given text at the end.
 * @param textAt the text at a place of the record, such as `ledger.0.tests.2.name`
 */
export function completeRecord(textAt: (place: string) => string): RunRecord {
  // Not any text: a finding that a deviation answers for names that one.
  const linked = (place: string) => textAt(place.replace(/^audit\.\d+\.liftedBy\./, 'records.1.'));
  const record = runRecordSchema.parse(valueOf(reportJsonSchema(), [], linked));
  const records = record.records.map((each, at) =>
    at === 1 ? { ...each, kind: 'deviation' as const, requirement: textAt('records.1.requirement') } : each,
  );
  return { ...record, records };
}

function valueOf(schema: Schema, place: readonly string[], textAt: (place: string) => string): unknown {
  const at = Number(place.findLast((part) => /^\d+$/.test(part)) ?? 0);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[at % schema.enum.length];
  if (schema.anyOf?.[0] !== undefined) return valueOf(schema.anyOf[0], place, textAt);
  switch (schema.type) {
    case 'object': {
      const isSparse = at === 1;
      const fields = Object.entries(schema.properties ?? {}).filter(
        ([name]) => !isSparse || schema.required?.includes(name) === true,
      );
      return Object.fromEntries(fields.map(([name, field]) => [name, valueOf(field, [...place, name], textAt)]));
    }
    case 'array':
      return Array.from({ length: LENGTH }, (_, i) => valueOf(schema.items ?? {}, [...place, String(i)], textAt));
    case 'boolean':
      return at % 2 === 0;
    case 'integer':
    case 'number':
      return at + 1;
    case 'string': {
      if (schema.format === 'date-time') return '2026-11-22T09:30:00Z';
      const text = textAt(place.join('.'));
      return place.at(-1) === 'url' ? `https://github.com/acme/ledger/actions/runs/${text}` : text;
    }
    default:
      throw new Error(`no value for ${place.join('.')}: ${JSON.stringify(schema)}`);
  }
}
