// Names of branches among the inputs. What git takes for one is platform/ref-name.ts; whether it exists is not asked here.
import { brokenRefRule } from '../platform/ref-name.js';
import { refuse } from './input-values.js';

const RULE = 'a branch name that git accepts';

/** A branch name without `refs/heads/`. */
export function readBranchName(input: string, value: string): string {
  const name = value.replace(/^refs\/heads\//, '');
  return brokenRefRule(name) === undefined ? name : refuse(input, value, `${RULE}, such as 'main'`);
}

/** A branch name in which `{spec}` stands for a slug of the spec's path; no other placeholder is known. */
export function readBranchTemplate(input: string, value: string): string {
  const expected = `${RULE}, in which '{spec}' stands for the spec, such as 'ferrule/{spec}'`;
  const sample = value.replaceAll('{spec}', 'spec');
  return brokenRefRule(sample) === undefined && !/[{}]/.test(sample) ? value : refuse(input, value, expected);
}
