// Where a spec can start, given how far its prerequisites are: on the base, or on the branch of one of them.
import { listed } from '../report/report.js';

export type Start =
  /** Every prerequisite is on the base. */
  | { kind: 'base' }
  /** On the work branch of this prerequisite, which holds all that the base lacks; its pull request is stacked there. */
  | { kind: 'stacked'; on: string }
  | { kind: 'waits'; reason: string };

interface Ground {
  isOnBase: (path: string) => boolean;
  /** A prerequisite and all that its verified branch holds besides the base; `undefined` without such a branch. */
  heldBy: (path: string) => ReadonlySet<string> | undefined;
}

/** A branch can stand on one other only: of several that are not merged, one has to hold the others. */
export function decideStart(dependsOn: readonly string[], { isOnBase, heldBy }: Ground): Start {
  const missing = dependsOn.filter((path) => !isOnBase(path));
  if (missing.length === 0) return { kind: 'base' };
  const open = missing.filter((path) => heldBy(path) === undefined);
  if (open.length > 0) return { kind: 'waits', reason: `It depends on ${listed(open)}, not verified yet` };
  const on = missing.find((path) => missing.every((other) => heldBy(path)?.has(other)));
  if (on !== undefined) return { kind: 'stacked', on };
  const reason = `It depends on ${listed(missing)}, verified on branches of their own: all but one have to be merged first`;
  return { kind: 'waits', reason };
}
