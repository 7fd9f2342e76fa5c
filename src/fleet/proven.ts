// Which specs the commits of a branch prove. What pull requests say of it is open-work.ts; a history that a shallow clone
// lacks is fetched by the caller.
import type { Git } from '../platform/git.js';
import { isVerifiedCommit, readTrailers } from '../publish/publish.js';

/** One text of a spec. `hash`: 64 hexadecimal digits. */
export interface SpecText {
  path: string;
  hash: string;
}

/** Ends of verified runs that are looked at, the newest first: those of thousands of specs in several versions. */
const MAX_PROOFS = 20_000;

/**
 * The newest commit reachable from `head` that says exactly this text was verified, by the spec's path. One pass over the
 * history, however many specs are asked for.
 */
export async function findProofs(git: Git, head: string, specs: readonly SpecText[]): Promise<Map<string, string>> {
  const proofs = new Map<string, string>();
  if (specs.length === 0) return proofs;
  const byHash = new Map<string, { commit: string; message: string }[]>();
  for (const found of await git.messages(head, { max: MAX_PROOFS, grep: 'Ferrule-Outcome: verified' })) {
    const hash = readTrailers(found.message).get('Ferrule-Spec-Hash') ?? '';
    byHash.set(hash, [...(byHash.get(hash) ?? []), found]);
  }
  for (const { path, hash } of specs) {
    const candidates = byHash.get(`sha256:${hash}`) ?? [];
    const proof = candidates.find(({ message }) => isVerifiedCommit(message, path, hash));
    if (proof !== undefined) proofs.set(path, proof.commit);
  }
  return proofs;
}
