import { describe, expect, it } from '@jest/globals';
import { Notebook } from '../../src/agent/agent.js';

const open = { number: 2, text: 'Which order?', requirement: 'R1', blocking: true };

describe('questions', () => {
  it('are numbered from one', () => {
    const notebook = new Notebook(['R1']);
    expect(notebook.ask('Which?', 'R1', true).number).toBe(1);
    expect(notebook.ask('And?', undefined, false).number).toBe(2);
  });

  it('of earlier runs stay open under their numbers, and new ones get numbers that no question had', () => {
    const notebook = new Notebook(['R1', 'R2'], { questions: [open], lastNumber: 7 });
    expect(notebook.ask('Why?', 'R2', false).number).toBe(8);
    expect(notebook.ask('What?', undefined, false).number).toBe(9);
    expect(notebook.questions.map(({ number }) => number)).toEqual([2, 8, 9]);
    expect(notebook.waitingRequirements()).toEqual(new Map([['R1', 2]]));
  });

  it('that are open already keep their number and cannot be made less than blocking by asking again', () => {
    const notebook = new Notebook(['R1'], { questions: [open], lastNumber: 2 });
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
    new Notebook(['R1'], { questions: [given], lastNumber: 2 }).ask('Which order?', 'R1', true);
    expect(given.blocking).toBe(false);
  });
});
