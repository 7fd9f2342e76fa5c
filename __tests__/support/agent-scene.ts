// The ground of the tests of a conversation: a workshop with one file, `notes.txt`, on which every agent of a test file
// works one after another.
import { afterAll, beforeAll } from '@jest/globals';
import type { Workshop } from '../../src/workshop/workshop.js';
import {
  scriptedAgent,
  type Scripted,
  type ScriptedAgent,
  type ScriptedTerms,
  type ScriptStep,
} from './scripted-agent.js';
import { openTestWorkshop, sharedBench, type OpenedWorkshop } from './workshop.js';

export interface AgentScene {
  readonly workshop: Workshop;
  /** An agent whose model answers by the steps. */
  readonly script: (steps: readonly ScriptStep[], terms?: ScriptedTerms) => ScriptedAgent;
  /** Paths of the work as it stands. */
  readonly filesOf: () => readonly string[];
}

/** Called once, where the tests of the file are declared. */
export function agentScene(): AgentScene {
  const bench = sharedBench();
  let opened: OpenedWorkshop;
  beforeAll(async () => {
    opened = await openTestWorkshop(bench, { 'notes.txt': 'one\ntwo\n' });
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });
  return {
    get workshop() {
      return opened.workshop;
    },
    script: (steps, terms) => scriptedAgent(opened.workshop, steps, terms),
    filesOf: () => opened.workshop.copy.list(),
  };
}

/** The call that writes a file of one line. */
export const writes = (path: string): NonNullable<Scripted['calls']> => [['write_file', { path, content: 'x\n' }]];
