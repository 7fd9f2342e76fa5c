// The rules of the spec check by name, what they are given and what they give back. How each finds what it finds is in a
// file of its own; docs/spec-check.md lists them too.
import type { SpecDocument } from './requirements.js';
import type { SpecSentence } from './spec-sentences.js';
import type { Spec } from './spec.js';

export const SPEC_RULES = {
  'no-requirement': 'a spec in which nothing is recognised as a requirement',
  'duplicate-id': 'an id that two requirements have',
  'unknown-requirement': "a mention of an id that looks like the spec's own and is none of them",
  'open-point': '`TBD`, `TODO`, `to be decided` and the like in a requirement, `[NEEDS CLARIFICATION]` anywhere',
  'vague-word':
    'a requirement that measures by words such as fast, appropriate, user-friendly, etc., with no number and no explanation',
  'no-outcome': 'a requirement that only says what to support, handle, manage or ensure',
  'undefined-name':
    'a backticked name that a requirement uses, calls, implements or calls existing, and that neither the spec nor the Rust code of the repository has',
  'contradictory-number': 'a name or quantity that has one value in one requirement and another in a second',
  'no-failure':
    'a requirement that reads, parses, loads, fetches … something from outside, where nothing says what happens when that fails',
  'dangling-link': 'a relative link to a file, folder or heading that is not there',
} as const;

type SpecRule = keyof typeof SPEC_RULES;

export interface SpecFinding {
  rule: SpecRule;
  file: string;
  /** 1-based. */
  line: number;
  /** One sentence or two: what is wrong, and what would mend it. */
  text: string;
  /** Id of the requirement it is about. */
  requirement?: string;
}

/** What the rules read. */
export interface CheckedSpec {
  spec: Spec;
  documents: readonly SpecDocument[];
  sentences: readonly SpecSentence[];
  /** The sentences that belong to a requirement. */
  clauses: readonly { sentence: SpecSentence; requirement: string }[];
}
