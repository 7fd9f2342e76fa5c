// Reads the inputs of the action that sums a fleet up, `fleet-report/action.yml`.
import { UserError } from '../errors.js';
import { readPositiveInteger } from './input-values.js';

export interface FleetReportInputs {
  /** The folder as given: absolute, or relative to the workspace. */
  readonly reports: string;
  /** How many specs were planned; `undefined` where nobody says. */
  readonly expected: number | undefined;
}

/** Defaults as `INPUT_DEFAULTS` gives those of the first action. */
export const FLEET_REPORT_INPUT_DEFAULTS: Readonly<Record<string, string>> = { reports: '', expected: '' };

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
  return { reports, expected: isNone ? undefined : readPositiveInteger('expected', expected) };
}
