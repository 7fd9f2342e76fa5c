// The spec check: what a reader should mend in a spec before money is spent on it, found without a model. It only warns:
// precise rather than complete, since a remark that is wrong costs more trust than one that is missing. The rules by
// name are spec-rules.ts.
import type { SourceTree } from '../platform/source-tree.js';
import { contradictoryNumbers } from './contradictory-numbers.js';
import { danglingLinks } from './dangling-links.js';
import { missingFailures } from './missing-failures.js';
import type { CheckedSpec, SpecFinding } from './spec-rules.js';
import { specSentences } from './spec-sentences.js';
import type { Spec } from './spec.js';
import { undefinedNames, unknownRequirements } from './undefined-names.js';
import { dutiesWithoutOutcome, openPoints, vagueClauses } from './vague-clauses.js';

/** All findings, by file and line. @param tree the commit that holds the spec */
export async function checkSpec(spec: Spec, tree: SourceTree): Promise<SpecFinding[]> {
  const { documents } = spec;
  const sentences = specSentences(documents, spec.requirements);
  const clauses = sentences.flatMap((sentence) => {
    const { requirement } = sentence;
    if (requirement === undefined) return [];
    return [{ sentence, requirement: requirement.id }];
  });
  const checked: CheckedSpec = { spec, documents, sentences, clauses };
  const findings = [
    ...noRequirement(spec),
    ...duplicateIds(spec),
    ...unknownRequirements(checked),
    ...openPoints(checked),
    ...vagueClauses(checked),
    ...dutiesWithoutOutcome(checked),
    ...(await undefinedNames(checked, tree)),
    ...contradictoryNumbers(checked),
    ...missingFailures(checked),
    ...(await danglingLinks(checked, tree)),
  ];
  return findings.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

function noRequirement({ requirements, documents }: Spec): SpecFinding[] {
  const file = documents[0]?.file;
  if (requirements.length > 0 || file === undefined) return [];
  const text = "No requirement was found. Give requirements ids (R1, R2, …) or use 'must', 'shall', 'should'.";
  return [{ rule: 'no-requirement', file, line: 1, text }];
}

function duplicateIds({ duplicates }: Spec): SpecFinding[] {
  return duplicates.map(({ id, renamedTo, file, line, earlier }) => {
    const where = earlier.file === file ? `line ${earlier.line}` : `line ${earlier.line} of ${earlier.file}`;
    const text = `The id '${id}' is already used on ${where}; this requirement is called '${renamedTo}' in the run. Give it an id of its own.`;
    return { rule: 'duplicate-id', file, line, requirement: renamedTo, text };
  });
}
