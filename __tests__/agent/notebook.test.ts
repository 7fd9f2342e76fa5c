import { describe, expect, it } from '@jest/globals';
import { Notebook } from '../../src/agent/agent.js';

const open = { number: 2, text: 'Which order?', requirement: 'R1', blocking: true };

describe('the plan', () => {
  const planned = (title: string) => ({ title, requirements: ['R1'] });
  const increments = { types: planned('Types'), store: planned('Store'), search: planned('Search') };

  it('keeps every version, with the turn and the commits that came while it held', () => {
    const notebook = new Notebook(['R1']);
    notebook.revisePlan([increments.types, increments.store], 2);
    notebook.complete({ ...increments.types, commit: 'a' });
    notebook.revisePlan([increments.store, increments.search], 5);
    notebook.complete({ ...increments.store, commit: 'b' });
    expect(notebook.plans).toEqual([
      { turn: 2, at: expect.any(String), increments: [{ ...increments.types, commit: 'a' }, increments.store] },
      { turn: 5, at: expect.any(String), increments: [{ ...increments.store, commit: 'b' }, increments.search] },
    ]);
    expect(notebook.openIncrements).toEqual([increments.search]);
    expect(notebook.increments.map(({ commit }) => commit)).toEqual(['a', 'b']);
  });

  it('has an increment that was planned again open again', () => {
    const notebook = new Notebook(['R1']);
    notebook.revisePlan([increments.types], 1);
    notebook.complete({ ...increments.types, commit: 'a' });
    notebook.revisePlan([increments.types], 2);
    expect(notebook.openIncrements).toEqual([increments.types]);
  });

  it('ticks off one of two increments of the same title at a time', () => {
    const notebook = new Notebook(['R1']);
    notebook.revisePlan([increments.types, increments.types], 1);
    notebook.complete({ ...increments.types, commit: 'a' });
    notebook.complete({ ...increments.types, commit: 'b' });
    expect(notebook.plans[0]?.increments.map(({ commit }) => commit)).toEqual(['a', 'b']);
  });

  it('takes an increment that nobody planned', () => {
    const notebook = new Notebook(['R1']);
    notebook.complete({ ...increments.types, commit: 'a' });
    expect([notebook.plans, notebook.openIncrements]).toEqual([[], []]);
  });
});

describe('notes', () => {
  it('of an earlier run stand before those of this one, and are noted once', () => {
    const kept = { kind: 'deviation', text: 'Keys are bytes.', requirement: 'R1', earlierRun: true } as const;
    const notebook = new Notebook(['R1'], { questions: [], lastNumber: 0, notes: [kept] });
    notebook.note({ kind: 'deviation', text: 'Keys are bytes.', requirement: 'R1' });
    notebook.note({ kind: 'assumption', text: 'Keys are bytes.', requirement: 'R1' });
    expect(notebook.notes).toEqual([kept, { kind: 'assumption', text: 'Keys are bytes.', requirement: 'R1' }]);
  });
});

describe('questions', () => {
  it('are numbered from one', () => {
    const notebook = new Notebook(['R1']);
    expect(notebook.ask('Which?', 'R1', true).number).toBe(1);
    expect(notebook.ask('And?', undefined, false).number).toBe(2);
  });

  it('of earlier runs stay open under their numbers, and new ones get numbers that no question had', () => {
    const notebook = new Notebook(['R1', 'R2'], { questions: [open], lastNumber: 7, notes: [] });
    expect(notebook.ask('Why?', 'R2', false).number).toBe(8);
    expect(notebook.ask('What?', undefined, false).number).toBe(9);
    expect(notebook.questions.map(({ number }) => number)).toEqual([2, 8, 9]);
    expect(notebook.waitingRequirements()).toEqual(new Map([['R1', 2]]));
  });

  it('that are open already keep their number and cannot be made less than blocking by asking again', () => {
    const notebook = new Notebook(['R1'], { questions: [open], lastNumber: 2, notes: [] });
    expect(notebook.ask(' Which order?', 'R1', false)).toEqual(open);
    expect(notebook.ask('Which order?', undefined, false).number).toBe(3);
    expect(notebook.ask('Which order?', undefined, true)).toMatchObject({ number: 3, blocking: true });
    expect(notebook.questions).toHaveLength(2);
  });

  it('leave nothing to do when they block every requirement, or the spec as a whole', () => {
    const notebook = new Notebook(['R1', 'R2']);
    notebook.ask('Which?', 'R1', true);
    notebook.ask('And?', 'R2', false);
    notebook.ask('By the way?', undefined, false);
    expect(notebook.isAllWaiting).toBe(false);
    notebook.ask('And?', 'R2', true);
    expect(notebook.isAllWaiting).toBe(true);
    expect(new Notebook([]).isAllWaiting).toBe(false);
    const whole = new Notebook(['R1']);
    whole.ask('For whom is this?', undefined, true);
    expect(whole.isAllWaiting).toBe(true);
  });

  it('leave what they were made from as it was', () => {
    const given = { ...open, blocking: false };
    new Notebook(['R1'], { questions: [given], lastNumber: 2, notes: [] }).ask('Which order?', 'R1', true);
    expect(given.blocking).toBe(false);
  });
});
