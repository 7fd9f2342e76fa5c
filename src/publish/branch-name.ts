// The name of the work branch: from the input's pattern and the spec's path, held to git's rules. Whether the branch
// exists already is work-branch.ts.
import { createHash } from 'node:crypto';
import { UserError } from '../errors.js';
import { brokenRefRule } from '../platform/ref-name.js';

/** Git stores a ref as a file; 255 bytes is the limit of common file systems, less room for `.lock` and a suffix. */
const MAX_BRANCH_BYTES = 200;
const sizeOf = (text: string) => Buffer.byteLength(text);

/** `specs/001-login/spec.md` → `specs-001-login-spec`. Letters of every script stay, all else becomes one hyphen. */
export function specSlug(specPath: string): string {
  const words = specPath
    .normalize('NFC')
    .toLowerCase()
    .replace(/\.(md|markdown)$/, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u);
  return words.filter((word) => word !== '').join('-') || 'spec';
}

/**
 * The work branch of a spec.
 * @param avoid branches that a run must never write to: the base and the default branch
 * @throws UserError when git would not take the name, or it is one of `avoid`
 */
export function branchName(pattern: string, specPath: string, avoid: readonly string[] = []): string {
  const refuse = (name: string, why: string) =>
    new UserError(`Input 'branch': '${oneLine(name)}' ${why}. Give a branch name such as 'ferrule/{spec}'.`);
  if (pattern.trim() === '') throw refuse(pattern, 'is empty');
  const room = MAX_BRANCH_BYTES - sizeOf(pattern.replaceAll('{spec}', ''));
  const name = pattern.replaceAll('{spec}', () => shortened(specSlug(specPath), specPath, Math.max(room, 20)));
  const broken = brokenRefRule(name) ?? (/[{}]/.test(name) ? "has a placeholder other than '{spec}'" : undefined);
  if (broken !== undefined) throw refuse(name, broken);
  if (sizeOf(name) > MAX_BRANCH_BYTES) throw refuse(name, `is longer than ${MAX_BRANCH_BYTES} bytes`);
  // Compared without case: on a case-insensitive file system `Main` is `main`.
  const taken = avoid.find((branch) => branch.toLowerCase() === name.toLowerCase());
  if (taken !== undefined)
    throw refuse(name, 'is the base or the default branch, which a run never writes to by itself');
  return name;
}

/** Whether a branch has the name of some spec's work branch, numbered or not. Others can have such a name too. */
export function isWorkBranch(pattern: string, branch: string): boolean {
  const texts = pattern.split('{spec}').map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${texts.join('[\\p{L}\\p{M}\\p{N}-]+')}(-\\d+)?$`, 'u').test(branch);
}

/** The work branch itself, then `-2`, `-3`, … beside it for when others' commits are on that. */
export function numberedBranch(branch: string, number: number): string {
  return number === 1 ? branch : `${branch}-${number}`;
}

/** A plan asks GitHub for each of them for each spec, so they are few; a run goes on where the work is, and seldom takes another number. */
export const MAX_BRANCHES = 3;

/** The branches on which work of a spec is looked for. */
export function workBranches(branch: string): string[] {
  return Array.from({ length: MAX_BRANCHES }, (_, index) => numberedBranch(branch, index + 1));
}

/** A slug that is too long keeps its end, where specs differ, behind a hash of the whole path. */
function shortened(slug: string, specPath: string, maxBytes: number): string {
  if (sizeOf(slug) <= maxBytes) return slug;
  const hash = createHash('sha256').update(specPath).digest('hex').slice(0, 8);
  let end = slug;
  while (sizeOf(end) > maxBytes - hash.length - 1) end = Array.from(end).slice(1).join('');
  return `${hash}-${end.replace(/^-+/, '')}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_BRANCH_BYTES);
}
