// The commit that a verified run puts on top of what it verified: it holds the verdict alone, so its tree is the same.
import type { RunRecord } from './record.js';

/** The two commits by their ids; `undefined` where the published commit, or the one to check out, was verified itself. */
export function verdictCommit(record: RunRecord): { commit: string; verified: string } | undefined {
  const { outcome, verification, publication, reproduce } = record;
  const checkedOut = /^git checkout ([0-9a-f]{40,64})$/m.exec(reproduce.join('\n'))?.[1];
  const commit = publication.commit ?? checkedOut;
  if (outcome !== 'verified' || verification === undefined || commit === undefined) return undefined;
  return commit === verification.commit ? undefined : { commit, verified: verification.commit };
}
