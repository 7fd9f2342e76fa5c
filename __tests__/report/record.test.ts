import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { baselineRecord, reportJson, reportJsonSchema, runRecordSchema } from '../../src/report/report.js';
import { sampleGate, sampleRecord, sampleTestGate } from '../support/sample-record.js';

const SCHEMA_FILE = new URL('../../schemas/report.schema.json', import.meta.url);

function validator() {
  return new Ajv2020({ allErrors: true, formats: { 'date-time': true } }).compile(reportJsonSchema());
}

describe('the published JSON Schema', () => {
  it('is the schema of the code (UPDATE_SCHEMA=1 writes it)', async () => {
    const text = await format(JSON.stringify(reportJsonSchema()), { parser: 'json', printWidth: 120 });
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(SCHEMA_FILE, text);
    expect(await readFile(SCHEMA_FILE, 'utf8')).toBe(text);
  });

  it('accepts a real report, also with fields of a later version', () => {
    const validate = validator();
    const report = JSON.parse(reportJson(sampleRecord())) as object;
    validate({ ...report, laterField: 1 });
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['an outcome the contract does not know', { outcome: 'great' }],
    ['a missing message', { message: undefined }],
    ['a cost below zero', { usage: { ...sampleRecord().usage, costUsd: -1 } }],
    ['another schema', { schema: 'ferrule.report/v2' }],
  ])('refuses %s', (_, changes) => {
    expect(validator()(JSON.parse(JSON.stringify({ ...sampleRecord(), ...changes })))).toBe(false);
  });
});

describe('the record', () => {
  it('survives report.json unchanged', () => {
    const record = sampleRecord();
    expect(runRecordSchema.parse(JSON.parse(reportJson(record)))).toEqual(record);
  });

  it('keeps check and test of the baseline under their names', () => {
    const [check, test, fmt] = [sampleGate(), sampleTestGate(), sampleGate({ name: 'fmt' })];
    expect(baselineRecord([fmt, test, check])).toEqual({ check, test, gates: [fmt] });
  });
});
