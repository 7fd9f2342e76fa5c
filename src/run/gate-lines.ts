// A verification's gates as lines of the log: how each one stands, and why one did not pass. Which that is has been judged
// in verify/.
import { clipped, listed } from '../report/report.js';
import type { Verification } from '../verify/verify.js';

/** Of one gate; report.json has all of them. */
const MAX_REASONS = 10;
const MAX_REASON_CHARS = 500;

/** `Gates: check passed and test failed.`, and below it a line for each reason of those that did not pass. */
export function gateLines({ gates, evidence }: Pick<Verification, 'gates' | 'evidence'>): string[] {
  const all = [...gates, ...evidence.gates].map(({ name, deciding, status, reasons }) => ({
    name,
    state: `${name} ${status === 'unavailable' ? 'could not run' : status}${deciding ? '' : ' (advisory)'}`,
    reasons: status === 'passed' ? [] : reasons,
  }));
  if (all.length === 0) return [];
  const states = `Gates: ${listed(all.map(({ state }) => state))}.`;
  return [states, ...all.flatMap(({ name, reasons }) => reasonLines(name, reasons))];
}

function reasonLines(gate: string, reasons: readonly string[]): string[] {
  const shown = reasons
    .slice(0, MAX_REASONS)
    .map((reason) => `  ${gate}: ${clipped(reason.replace(/\s+/g, ' ').trim(), MAX_REASON_CHARS)}`);
  const rest = reasons.length - shown.length;
  return rest === 0 ? shown : [...shown, `  ${gate}: and ${rest} more in the report`];
}
