// Reads the inputs of the action that sums a fleet up, `fleet-report/action.yml`.
import { z } from 'zod';
import { UserError } from '../errors.js';
import type { NotRun, SpecNotRun } from '../report/report.js';
import { readPositiveInteger, refuse } from './input-values.js';

export interface FleetReportInputs {
  /** The folder as given: absolute, or relative to the workspace. */
  readonly reports: string;
  /** How many specs were planned; `undefined` where nobody says. */
  readonly expected: number | undefined;
  /** What the plan did not run. */
  readonly notRun: NotRun;
}

const notesShape = z.array(z.object({ spec: z.string(), reason: z.string() }));

/** Defaults as `INPUT_DEFAULTS` gives those of the first action. */
export const FLEET_REPORT_INPUT_DEFAULTS: Readonly<Record<string, string>> = {
  reports: '',
  expected: '',
  refused: '',
  'left-over': '',
  waiting: '',
};

/** @throws UserError on the first bad value */
export function readFleetReportInputs(get: (name: string) => string): FleetReportInputs {
  const reports = get('reports').trim();
  if (reports === '')
    throw new UserError(
      "Input 'reports' is missing. Expected the folder that the reports of the runs were downloaded to.",
    );
  const expected = get('expected').trim();
  // A plan may have planned nothing.
  const isNone = expected === '' || expected === '0';
  const notes = (name: string) => readNotes(name, get(name).trim());
  return {
    reports,
    expected: isNone ? undefined : readPositiveInteger('expected', expected),
    notRun: { refused: notes('refused'), leftOver: notes('left-over'), waiting: notes('waiting') },
  };
}

function readNotes(name: string, text: string): SpecNotRun[] {
  if (text === '') return []; // the plan ended before it had any
  try {
    return notesShape.parse(JSON.parse(text));
  } catch {
    return refuse(name, text.slice(0, 100), `the plan's output '${name}'`);
  }
}
