// Whether the rulesets of the repository let a run push to a branch, asked before money is spent: git's own dry run does not
// ask them. A rule that surely forbids the push ends the run, one that may do so is a warning. Protection of the older kind
// cannot be read with a workflow's token; whether a branch has any is asked in preflight.ts.
import { UserError } from '../errors.js';
import type { BranchRule, GitHub } from '../platform/github.js';
import { AUTHOR } from './work-commit.js';

interface RuledBranch {
  name: string;
  exists: boolean;
  /** The branch that a verified result moves; else the work branch. */
  isTarget: boolean;
  /** `api`: GitHub signs the commits, and writes its own author into them. */
  commitWith: 'git' | 'api';
}

interface Hindrance {
  /** Ends a sentence that begins with the branch. */
  what: string;
  /** False where it depends on what the run makes. */
  isSure: boolean;
}

const MAX_SHOWN_CHARS = 200;
/** Wanted of a commit before it is pushed, so that none that was just made can be. */
const WANTED_BEFOREHAND: Readonly<Record<string, string>> = {
  required_status_checks: 'status checks',
  required_deployments: 'a deployment',
  workflows: 'required workflows',
  code_scanning: 'code scanning',
};

/**
 * Reads the rules of a branch and judges them. An answer that GitHub does not give is no finding: the push itself tells.
 * @returns warnings @throws UserError for a rule that forbids every push of ours and that the token may not bypass
 */
export async function checkBranchRules(github: GitHub, branch: RuledBranch): Promise<string[]> {
  const rules = await github.branchRules(branch.name);
  if (rules.kind === 'failed') return [];
  const warnings: string[] = [];
  const bypass = new Map<number | undefined, boolean | undefined>();
  for (const rule of rules.value) {
    const found = hindranceOf(rule, branch);
    if (found === undefined) continue;
    const { rulesetId } = rule;
    if (!bypass.has(rulesetId)) bypass.set(rulesetId, await mayBypass(github, rulesetId));
    const may = bypass.get(rulesetId);
    if (may === true) continue;
    const sentence = `A ruleset of the repository holds for branch '${branch.name}': ${found.what}.`;
    if (found.isSure && may === false) throw new UserError(`${sentence} ${wayOut(branch)}`);
    const doubt = found.isSure ? 'Unless this token may bypass it, the push will fail' : 'The push may fail for it';
    warnings.push(`${sentence} ${doubt}.`);
  }
  return warnings;
}

async function mayBypass(github: GitHub, rulesetId: number | undefined): Promise<boolean | undefined> {
  if (rulesetId === undefined) return undefined;
  const answer = await github.mayBypass(rulesetId);
  return answer.kind === 'ok' ? answer.value : undefined;
}

function wayOut({ isTarget }: RuledBranch): string {
  const way = isTarget
    ? "Set the input 'publish' to 'pull-request'"
    : "Set the input 'branch' to a name that the ruleset leaves free";
  return `${way}, or let the account behind 'github-token' bypass the ruleset.`;
}

function hindranceOf({ type, parameters }: BranchRule, branch: RuledBranch): Hindrance | undefined {
  const { name, exists } = branch;
  const isOurOwn = branch.commitWith === 'git';
  const surely = (what: string): Hindrance => ({ what, isSure: true });
  switch (type) {
    case 'creation':
      return exists ? undefined : surely('only who may bypass it creates such a branch');
    case 'update':
      return surely('only who may bypass it pushes to it');
    case 'pull_request':
      return surely('changes must be made through a pull request');
    case 'merge_queue':
      return surely('changes must go through the merge queue');
    case 'required_signatures':
      return isOurOwn
        ? surely("commits must be signed, which 'commit-with: git' does not do and 'api' does")
        : undefined;
    case 'branch_name_pattern':
      return !exists && breaks(name, parameters) ? surely(`its name must ${describePattern(parameters)}`) : undefined;
    case 'commit_author_email_pattern':
    case 'committer_email_pattern': {
      const what = `the e-mail address of commits must ${describePattern(parameters)}, and Ferrule's is ${AUTHOR.email}`;
      return isOurOwn && breaks(AUTHOR.email, parameters) ? surely(what) : undefined;
    }
    case 'commit_message_pattern':
      return { what: `commit messages must ${describePattern(parameters)}`, isSure: false };
    case 'file_path_restriction':
      return { what: `no push may change ${shown(listed(parameters.restricted_file_paths))}`, isSure: false };
    case 'file_extension_restriction': {
      const extensions = listed(parameters.restricted_file_extensions);
      return /(^|[ .*])rs(,|$)/.test(extensions)
        ? surely(`no push may hold files such as ${shown(extensions)}`)
        : undefined;
    }
    default: {
      const wanted = Object.hasOwn(WANTED_BEFOREHAND, type) ? WANTED_BEFOREHAND[type] : undefined;
      return wanted === undefined ? undefined : surely(`${wanted} must have passed before a commit is pushed`);
    }
  }
}

/** Whether a text surely breaks a rule on its pattern; a pattern that is read otherwise here than by GitHub says nothing. */
function breaks(text: string, { operator, pattern, negate }: BranchRule['parameters']): boolean {
  if (typeof pattern !== 'string') return false;
  const isMatch = matches(text, operator, pattern);
  return isMatch !== undefined && isMatch === (negate === true);
}

function matches(text: string, operator: unknown, pattern: string): boolean | undefined {
  switch (operator) {
    case 'starts_with':
      return text.startsWith(pattern);
    case 'ends_with':
      return text.endsWith(pattern);
    case 'contains':
      return text.includes(pattern);
    case 'regex':
      try {
        // The flag makes what RE2 knows and JavaScript does not (`\A`, `(?i)`) an error instead of something else.
        return new RegExp(pattern, 'u').test(text);
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}

function describePattern({ operator, pattern, negate }: BranchRule['parameters']): string {
  const verbs: Readonly<Record<string, string>> = {
    starts_with: 'start with',
    ends_with: 'end with',
    contains: 'contain',
  };
  const verb = verbs[String(operator)] ?? 'match';
  return `${negate === true ? 'not ' : ''}${verb} '${shown(String(pattern))}'`;
}

function listed(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : '';
}

function shown(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').slice(0, MAX_SHOWN_CHARS);
}
