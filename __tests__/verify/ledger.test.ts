import { describe, expect, it } from '@jest/globals';
import type { LedgerFacts } from '../../src/verify/ledger.js';
import { judgeLedger } from '../../src/verify/ledger.js';

type Claim = NonNullable<LedgerFacts['claims']>[number];

const met = (id: string, more: Partial<Claim> = {}): Claim => ({
  id,
  status: 'met',
  code: ['src/lib.rs:2'],
  tests: ['tests::adds'],
  note: undefined,
  ...more,
});

const facts = (more: Partial<LedgerFacts>): LedgerFacts => ({
  requirements: [{ id: 'R1', text: 'It adds.' }],
  claims: [met('R1')],
  waiting: new Map(),
  tests: [
    { name: 'tests::adds', crate: 'sums', result: 'ok' },
    { name: 'tests::fails', crate: 'sums', result: 'failed' },
    { name: 'tests::later', crate: 'sums', result: 'ignored' },
  ],
  lineCount: (path) => (path === 'src/lib.rs' ? 10 : undefined),
  added: new Map([['src/lib.rs', [1, 2, 3]]]),
  isReached: () => false,
  ...more,
});

const judge = (more: Partial<LedgerFacts>) => {
  const ledger = judgeLedger(facts(more));
  return { ...ledger, first: ledger.entries[0] };
};

describe('a requirement', () => {
  it('is proven by code that the run added and a named test that passed', () => {
    expect(judge({}).first).toMatchObject({ status: 'proven', tests: [{ name: 'tests::adds', result: 'ok' }] });
  });

  it('without a handover is not blamed on one', () => {
    expect(judge({ claims: [] }).first?.note).toBe('the handover does not mention it');
    expect(judge({ claims: undefined }).first?.note).toBe('nothing was handed over: finish was not called');
  });

  it.each<[string, Partial<Claim>, string, string]>([
    ['a test that does not exist', { tests: ['tests::imagined'] }, 'unproven', 'tests::imagined did not run'],
    ['a part of a name', { tests: ['adds'] }, 'unproven', 'test adds did not run, but tests::adds did'],
    ['a slip', { tests: ['test::adds'] }, 'unproven', "test test::adds did not run. Did you mean 'tests::adds'?"],
    ['a test that failed', { tests: ['tests::fails'] }, 'unproven', 'tests::fails: failed'],
    ['an ignored test', { tests: ['tests::later'] }, 'unproven', 'tests::later: ignored'],
    ['no test', { tests: [] }, 'unproven', 'no test is named'],
    ['one passing and one invented test', { tests: ['tests::adds', 'x'] }, 'partly', 'test x did not run'],
    ['a file that does not exist', { code: ['src/nowhere.rs:1'] }, 'partly', 'does not exist in the verified tree'],
    ['a line beyond the file', { code: ['src/lib.rs:11'] }, 'partly', 'has 10 lines, not 11'],
    ['old code that no named test reaches', { code: ['src/lib.rs:9'] }, 'partly', 'neither code of this run'],
    ['no code', { code: [] }, 'partly', 'no code is named'],
    ['its own word that it is partly met', { status: 'partly' }, 'partly', ''],
    ['its own word that it is not met', { status: 'not-met' }, 'not-met', ''],
    ['untestable without a reason', { status: 'untestable', tests: [] }, 'unproven', 'without a reason'],
  ])('claimed with %s is not proven', (_, claim, status, note) => {
    const { first, reasons } = judge({ claims: [met('R1', claim)] });
    expect(first?.status).toBe(status);
    expect(first?.note ?? '').toContain(note);
    expect(reasons).toHaveLength(1);
  });

  it('is proven by old code that the tests of the crate reach', () => {
    const isReached = (path: string, crate: string | undefined) => path === 'src/lib.rs' && crate === 'sums';
    expect(judge({ claims: [met('R1', { code: ['src/lib.rs:9'] })], isReached }).first?.status).toBe('proven');
  });

  it('whose tests did not run is not blamed for code that they cannot reach', () => {
    const { first } = judge({ claims: [met('R1', { tests: ['x'], code: ['src/lib.rs:9'] })] });
    expect(first).toMatchObject({ status: 'unproven', note: 'test x did not run' });
  });

  it('that the handover leaves out is unproven', () => {
    const { first } = judge({ claims: [] });
    expect(first).toMatchObject({ status: 'unproven', claimed: null, note: 'the handover does not mention it' });
  });

  it('named by a test of two crates needs both to pass', () => {
    const tests: LedgerFacts['tests'] = [
      { name: 'tests::adds', crate: 'a', result: 'ok' },
      { name: 'tests::adds', crate: 'b', result: 'failed' },
    ];
    expect(judge({ tests }).first?.status).toBe('unproven');
  });
});

describe('the gate', () => {
  const two = [
    { id: 'R1', text: 'It adds.' },
    { id: 'R2', text: 'It is fast.' },
  ];
  const untestable = (id: string): Claim => met(id, { status: 'untestable', tests: [], note: 'needs a stopwatch' });

  it('passes when the rest is untestable for a reason', () => {
    expect(judge({ requirements: two, claims: [met('R1'), untestable('R2')] })).toMatchObject({
      proven: 1,
      reasons: [],
    });
  });

  it('does not pass when everything is declared untestable', () => {
    const { reasons } = judge({ requirements: two, claims: [untestable('R1'), untestable('R2')] });
    expect(reasons).toEqual([expect.stringContaining('no requirement is proven')]);
  });

  it('passes for a spec that states no requirement', () => {
    expect(judge({ requirements: [], claims: [] })).toMatchObject({ entries: [], reasons: [], onlyWaiting: false });
  });

  it('tells requirements that wait for an answer from those that are open', () => {
    const waiting = new Map([['R2', 1]]);
    expect(judge({ requirements: two, claims: [met('R1')], waiting }).onlyWaiting).toBe(true);
    const also = judge({ requirements: [...two, { id: 'R3', text: 'x' }], claims: [met('R1')], waiting });
    expect(also.onlyWaiting).toBe(false);
    const rest = judge({ requirements: two, claims: [untestable('R1')], waiting });
    expect(rest).toMatchObject({ proven: 0, onlyWaiting: true });
  });

  it('says in words how a requirement stands, and only once that it waits', () => {
    const waiting = new Map([['R1', 1]]);
    const reasonOf = (note: string) => judge({ claims: [met('R1', { status: 'not-met', note })], waiting }).reasons;
    expect(reasonOf('Waits for the answer.')).toEqual(['R1 is not met: waits for the answer to question 1']);
    expect(reasonOf('Waits for the answer; zero is refused.')).toEqual([
      'R1 is not met: waits for the answer to question 1; Waits for the answer; zero is refused.',
    ]);
    expect(judge({ claims: [met('R1', { tests: [] })] }).reasons).toEqual(['R1 is not proven: no test is named']);
  });

  it('never proves a requirement that waits for an answer, whatever is claimed', () => {
    expect(judge({ waiting: new Map([['R1', 2]]) }).first).toMatchObject({
      status: 'partly',
      note: 'waits for the answer to question 2',
    });
  });
});
