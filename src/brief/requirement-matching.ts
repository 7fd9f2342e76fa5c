// Recognises requirements of an earlier run in the spec of today, also when generated ids were renumbered.
import type { Requirement } from './requirements.js';

/** What is kept of a requirement from run to run. */
type KnownRequirement = Pick<Requirement, 'id' | 'hash'>;

/**
 * `same`: id and text. `renumbered`: the same text under another id. `reworded`: the same id with another text.
 * `new`: neither.
 */
interface RequirementMatch {
  current: Requirement;
  previous?: KnownRequirement;
  change: 'same' | 'renumbered' | 'reworded' | 'new';
}

interface RequirementMatches {
  /** One for each current requirement, in its order. */
  matches: RequirementMatch[];
  /** Requirements that are no longer there. */
  removed: KnownRequirement[];
}

/** Matches by the hash of the text first and by the id second; each previous requirement is used once. */
export function matchRequirements(
  previous: readonly KnownRequirement[],
  current: readonly Requirement[],
): RequirementMatches {
  const left = new Set(previous);
  const found = new Map<Requirement, RequirementMatch>();
  const pass = (
    change: RequirementMatch['change'],
    agree: (known: KnownRequirement, requirement: Requirement) => boolean,
  ) => {
    for (const requirement of current) {
      if (found.has(requirement)) continue;
      const match = [...left].find((known) => agree(known, requirement));
      if (!match) continue;
      left.delete(match);
      found.set(requirement, { current: requirement, previous: match, change });
    }
  };
  // Exact pairs go first: with two clauses of the same text each keeps its own id.
  pass('same', (known, requirement) => known.hash === requirement.hash && known.id === requirement.id);
  pass('renumbered', (known, requirement) => known.hash === requirement.hash);
  pass('reworded', (known, requirement) => known.id === requirement.id);
  return {
    matches: current.map((requirement) => found.get(requirement) ?? { current: requirement, change: 'new' }),
    removed: [...left],
  };
}
