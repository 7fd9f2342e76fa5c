// Checks names of branches before git sees them, after the rules of `git check-ref-format --branch`. Whether a branch
// exists is not asked here.
import { refuse } from './input-values.js';

const RULE = 'a branch name that git accepts';

/** A branch name without `refs/heads/`. */
export function readBranchName(input: string, value: string): string {
  const name = value.replace(/^refs\/heads\//, '');
  return isBranchName(name) ? name : refuse(input, value, `${RULE}, such as 'main'`);
}

/** A branch name in which `{spec}` stands for a slug of the spec's path; no other placeholder is known. */
export function readBranchTemplate(input: string, value: string): string {
  const expected = `${RULE}, in which '{spec}' stands for the spec, such as 'ferrule/{spec}'`;
  const sample = value.replaceAll('{spec}', 'spec');
  return isBranchName(sample) && !/[{}]/.test(sample) ? value : refuse(input, value, expected);
}

function isBranchName(name: string): boolean {
  if (name === '' || name === '@' || name === 'HEAD' || name.startsWith('-') || name.startsWith('refs/')) return false;
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\.$/.test(name)) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}
