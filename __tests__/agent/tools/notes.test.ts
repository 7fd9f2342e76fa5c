import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Notebook } from '../../../src/agent/agent.js';
import { TOOL_NAMES, toolset } from '../../../src/agent/agent.js';
import type { UseTool } from '../../support/scripted-agent.js';
import { scriptedAgent, toolUser } from '../../support/scripted-agent.js';
import type { OpenedWorkshop } from '../../support/workshop.js';
import { openTestWorkshop, sharedBench } from '../../support/workshop.js';

const bench = sharedBench();
let opened: OpenedWorkshop;
let notebook: Notebook;
let use: UseTool;

beforeAll(async () => {
  opened = await openTestWorkshop(bench, { 'a.txt': '' });
});

beforeEach(() => {
  const agent = scriptedAgent(opened.workshop, [], { requirements: ['R1', 'R2', 'R3'] });
  notebook = agent.notebook;
  use = toolUser(agent.context);
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

describe('plan', () => {
  it('replaces what is open and names the requirements that no increment serves', async () => {
    notebook.increments.push({ title: 'Done', requirements: ['R1'], commit: 'c' });
    const increments = [{ title: 'Next', requirements: ['R2'] }];
    expect(await use('plan', { increments })).toBe('Planned 1 increment. Not in any increment yet: R3.');
    await use('plan', { increments: [{ title: 'Other', requirements: ['R2', 'R3'] }] });
    expect(notebook.openIncrements).toEqual([{ title: 'Other', requirements: ['R2', 'R3'] }]);
    expect(notebook.increments).toHaveLength(1);
  });

  it('with a requirement that the spec does not have sets nothing and lists those it has', async () => {
    const increments = [{ title: 'Next', requirements: ['R2', 'R9'] }];
    expect(await use('plan', { increments })).toBe('refused: The spec has no requirement R9. It has: R1, R2, R3.');
    expect(notebook.openIncrements).toEqual([]);
  });
});

describe('ask and record', () => {
  it('number questions, keep notes, and say what to do next', async () => {
    expect(await use('ask', { question: 'Which?', requirement: 'R1', blocking: true })).toContain(
      'Question 1 is recorded. Leave',
    );
    expect(await use('ask', { question: 'And?', blocking: false })).toBe('Question 2 is recorded. Go on.');
    expect(await use('record', { kind: 'deviation', text: 'It is so.', requirement: 'R2' })).toBe(
      'Noted as deviation.',
    );
    expect(notebook.questions.map(({ number, blocking }) => [number, blocking])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(notebook.notes).toEqual([{ kind: 'deviation', text: 'It is so.', requirement: 'R2' }]);
  });

  it.each([
    ['ask', { question: 'Which?', requirement: 'R9', blocking: true }],
    ['ask', { question: '', blocking: true }],
    ['ask', { question: 'Which?' }],
    ['record', { kind: 'deviation', text: 'x', requirement: 'toString' }],
    ['record', { kind: 'praise', text: 'x' }],
    ['record', { kind: 'deviation', text: 'x'.repeat(2_001) }],
  ] as const)('%s refuses %j and keeps nothing of it', async (name, input) => {
    expect(await use(name, input)).toMatch(/^refused: /);
    expect([notebook.questions, notebook.notes]).toEqual([[], []]);
  });
});

describe('finish', () => {
  const claim = { id: 'R1', status: 'met', code: ['src/lib.rs:1'], tests: ['is_one'] };

  it('keeps summary and claims for the verification', async () => {
    const others = [
      { ...claim, id: 'R2', status: 'untestable', note: 'why' },
      { ...claim, id: 'R3', status: 'not-met', note: undefined },
    ];
    expect(await use('finish', { summary: 'Done.', requirements: [claim, ...others] })).toBe(
      'Handed over to verification.',
    );
    expect(notebook.handover).toEqual({ summary: 'Done.', claims: [{ ...claim, note: undefined }, ...others] });
  });

  it.each([
    ['a requirement that the spec does not have', [{ ...claim, id: 'R9' }], 'has no requirement R9'],
    ['two claims about one', [claim, { ...claim, status: 'not-met' }], 'Stated more than once: R1'],
    ['a status that is none', [{ ...claim, status: 'done' }], 'does not fit finish'],
  ])('refuses %s and hands nothing over', async (_case, requirements, expected) => {
    expect(await use('finish', { summary: 'Done.', requirements })).toContain(expected);
    expect(notebook.handover).toBeUndefined();
  });
});

describe('the tools as they are offered', () => {
  it('are all of the contract, in order, each with a description and a schema that takes no further key', () => {
    const tools = toolset(TOOL_NAMES);
    expect(tools.map(({ name }) => name)).toEqual(TOOL_NAMES);
    for (const { description, inputSchema } of tools) {
      expect(description.length).toBeGreaterThan(40);
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(inputSchema).not.toHaveProperty('$schema');
    }
  });

  it('keep their order whatever the order in which names are given', () => {
    expect(toolset(['finish', 'read_file', 'none']).map(({ name }) => name)).toEqual(['read_file', 'finish']);
  });
});
