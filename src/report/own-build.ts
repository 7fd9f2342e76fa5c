// Whether the commit of an increment stands by itself. How that is said is each rendering's affair.
import type { RunRecord } from './record.js';

/** `unchecked`: nobody asked, although the series is proven. `earlier`: the run that made the commit may have asked. */
type OwnBuild = 'builds' | 'fails' | 'unchecked' | 'earlier';

/** `undefined` where there is no commit, or where nothing that was built is proven anyway. */
export function ownBuild(
  { commit }: { commit?: string | undefined },
  { increments, outcome, verification }: RunRecord,
): OwnBuild | undefined {
  const made = increments.find((each) => each.commit === commit);
  if (commit === undefined || made === undefined) return undefined;
  if (made.earlierRun === true) return 'earlier';
  if (made.builds !== undefined) return made.builds ? 'builds' : 'fails';
  const isProven = verification !== undefined && (outcome === 'verified' || outcome === 'needs-answer');
  return isProven ? 'unchecked' : undefined;
}
