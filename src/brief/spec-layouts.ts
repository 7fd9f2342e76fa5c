// What the headings and file names of other tools' specs mean: GitHub Spec Kit, Kiro, OpenSpec. Reading the requirements
// below them is requirements.ts.
import type { List } from 'mdast';
import { flatten } from './markdown.js';
import { slug } from './requirement-ids.js';

interface PlacedHeading {
  text: string;
  depth: number;
}

/** A numbered list below the heading holds requirements that are called `<prefix>.<number in the list>`. */
export interface CriteriaHeading {
  prefix: string;
  /** Which lists: `any`, or only those whose items are scenarios; then all prose there is narrative. */
  lists: 'any' | 'normative' | 'scenarios';
}

/** The heading is itself a requirement with everything up to the next heading. */
interface NamedRequirement {
  id: string;
  text: string;
}

// Kiro: `### Requirement 3: Retry` with `#### Acceptance Criteria` below. Its tasks name a criterion as `3.2`.
const KIRO_REQUIREMENT = /^Requirement (\d{1,4})(?=[\s:.–—-]|$)/i;
const ACCEPTANCE_CRITERIA = /^Acceptance Criteria:?$/i;
// Spec Kit: `### User Story 2 - Sign out (Priority: P2)`, whose tasks carry `[US2]`.
const USER_STORY = /^User Story (\d{1,4})(?=[\s:.–—-]|$)/i;
const GIVEN_WHEN_THEN = /^given\b.*\bwhen\b.*\bthen\b/is;
// OpenSpec: `### Requirement: Layered sources` with `#### Scenario: Environment wins` below.
const OPENSPEC_REQUIREMENT = /^Requirement:\s*(\S.*)$/i;
const OPENSPEC_SCENARIO = /^Scenario:\s*(\S.*)$/i;
const OPENSPEC_REMOVED = /^REMOVED Requirements$/i;

/** @param path the headings down to the present one, outermost first */
export function criteriaHeading(path: readonly PlacedHeading[]): CriteriaHeading | undefined {
  const own = path.at(-1)?.text ?? '';
  const numbered = path.map(({ text }) => KIRO_REQUIREMENT.exec(text)?.[1]).findLast((number) => number !== undefined);
  if (numbered !== undefined) {
    if (ACCEPTANCE_CRITERIA.test(own)) return { prefix: numbered, lists: 'any' };
    if (KIRO_REQUIREMENT.test(own)) return { prefix: numbered, lists: 'normative' };
  }
  const story = USER_STORY.exec(own)?.[1];
  return story === undefined ? undefined : { prefix: `US${story}`, lists: 'scenarios' };
}

/** Whether a list is one of Given, When, Then. */
export function isScenarioList(list: List): boolean {
  return (
    list.ordered === true &&
    list.children.some(({ children: [first] }) => first !== undefined && GIVEN_WHEN_THEN.test(flatten(first).text))
  );
}

/** @param path the headings down to the present one, outermost first */
export function namedRequirement(path: readonly PlacedHeading[]): NamedRequirement | undefined {
  const own = path.at(-1)?.text ?? '';
  const name = OPENSPEC_REQUIREMENT.exec(own)?.[1];
  if (name !== undefined) {
    const isRemoved = path.some(({ text }) => OPENSPEC_REMOVED.test(text));
    return { id: slug(name), text: isRemoved ? `Removed: ${name}` : name };
  }
  const scenario = OPENSPEC_SCENARIO.exec(own)?.[1];
  const parent = OPENSPEC_REQUIREMENT.exec(path.at(-2)?.text ?? '')?.[1];
  if (scenario === undefined || parent === undefined) return undefined;
  return { id: `${slug(parent)}.${slug(scenario)}`, text: scenario };
}

const REQUIREMENTS_FILE = /(?:^|\/)(?:spec|requirements)\.(?:md|markdown)$/i;
const COMPANION_FILE =
  /(?:^|\/)(?:(?:plan|tasks|research|data-model|quickstart|design|proposal)\.(?:md|markdown)|checklists\/[^/]+)$/i;

/**
 * The files of a spec that hold requirements: where one is called `spec.md` or `requirements.md`, plans, designs and task
 * lists beside it are read by the model and state none of their own.
 */
export function requirementFiles(files: readonly string[]): ReadonlySet<string> {
  const isKnownLayout = files.some((file) => REQUIREMENTS_FILE.test(file));
  return new Set(files.filter((file) => !isKnownLayout || !COMPANION_FILE.test(file)));
}
