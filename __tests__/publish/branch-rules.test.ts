// What the rulesets of a repository make of the pre-flight of a run.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FakeRuleset } from '../support/fake-github-state.js';
import { publishScene, type PublishScene } from '../support/publish-scene.js';

type Rule = FakeRuleset['rules'][string][number];

const ruleset: FakeRuleset = { rules: {} };
let scene: PublishScene;
beforeAll(async () => {
  scene = await publishScene({ ruleset });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** The pre-flight of a run whose work branch does not exist yet: its warnings, or why it was refused. */
async function flight(
  work: readonly Rule[],
  bypass: FakeRuleset['bypass'],
  target: readonly Rule[] = [],
): Promise<string> {
  Object.assign(ruleset, { rules: { 'ferrule/login': work, main: target }, bypass });
  const kind = target.length === 0 ? ('pull-request' as const) : ('commit' as const);
  const asked = scene.publisher({ kind }).preflight();
  return await asked.then(
    (warnings) => warnings.join('\n'),
    (error: unknown) => `refused: ${String(error)}`,
  );
}

const pattern = (type: string, operator: string, text: string, negate = false): Rule => ({
  type,
  parameters: { operator, pattern: text, negate },
});
const SIGNED = { type: 'required_signatures' };

describe('a rule that forbids every push of a run', () => {
  const forbidding: [string, Rule, RegExp][] = [
    ['of who creates such branches', { type: 'creation' }, /only who may bypass it creates such a branch/],
    ['of who pushes', { type: 'update' }, /only who may bypass it pushes to it/],
    ['of signed commits', SIGNED, /commits must be signed, which 'commit-with: git' does not do/],
    ['of pull requests', { type: 'pull_request', parameters: {} }, /must be made through a pull request/],
    ['of a merge queue', { type: 'merge_queue' }, /must go through the merge queue/],
    ['of status checks', { type: 'required_status_checks' }, /status checks must have passed before/],
    ['of names', pattern('branch_name_pattern', 'starts_with', 'feature/'), /its name must start with 'feature\/'/],
    ['against names', pattern('branch_name_pattern', 'contains', 'ferrule', true), /must not contain 'ferrule'/],
    ['of names by expression', pattern('branch_name_pattern', 'regex', '^(feature|fix)/'), /match '\^\(feature/],
    ['of authors', pattern('commit_author_email_pattern', 'ends_with', '@example.com'), /Ferrule's is 41898282\+/],
    [
      'of file types',
      { type: 'file_extension_restriction', parameters: { restricted_file_extensions: ['.exe', '.rs'] } },
      /no push may hold files such as \.exe, \.rs/,
    ],
  ];

  it.each(forbidding)('%s refuses a run whose token may not bypass it', async (_, rule, message) => {
    const answer = await flight([rule], 'never');
    expect(answer).toMatch(/^refused: .*A ruleset of the repository holds for branch 'ferrule\/login': /);
    expect(answer).toMatch(message);
    expect(answer).toMatch(/Set the input 'branch' to a name that the ruleset leaves free, or let the account/);
  });

  it.each([SIGNED, pattern('committer_email_pattern', 'ends_with', '@github.com')])(
    'is none of commits that GitHub makes and signs ($type)',
    async (rule) => {
      Object.assign(ruleset, { rules: { 'ferrule/login': [rule] }, bypass: 'never' });
      expect(await scene.publisher({ commitWith: 'api' }).preflight()).toEqual([]);
    },
  );

  it('refuses it too where the token may bypass it in pull requests only', async () => {
    expect(await flight([SIGNED], 'pull_requests_only')).toMatch(/^refused: /);
  });

  it('is a warning where GitHub does not tell whether the token may bypass it', async () => {
    expect(await flight([SIGNED], undefined)).toMatch(/Unless this token may bypass it, the push will fail\.$/);
  });

  it.each(['always', 'exempt'] as const)('is nothing where the token bypasses it (%s)', async (bypass) => {
    expect(await flight([SIGNED], bypass)).toBe('');
  });

  it('counts on the branch that a verified result moves', async () => {
    const answer = await flight([], 'never', [{ type: 'pull_request', parameters: {} }]);
    expect(answer).toMatch(/holds for branch 'main': .*Set the input 'publish' to 'pull-request', or/);
  });
});

describe('a rule that may forbid a push', () => {
  it.each([
    [pattern('commit_message_pattern', 'starts_with', 'JIRA-'), /commit messages must start with 'JIRA-'/],
    [{ type: 'file_path_restriction', parameters: { restricted_file_paths: ['ci/**'] } }, /may change ci\/\*\*/],
  ])('is a warning', async (rule, message) => {
    const answer = await flight([rule], 'never');
    expect(answer).not.toMatch(/^refused/);
    expect(answer).toMatch(message);
    expect(answer).toMatch(/The push may fail for it\.$/);
  });
});

describe('a rule that a run keeps anyway', () => {
  it.each<[string, Rule]>([
    ['force pushes', { type: 'non_fast_forward' }],
    ['deletion', { type: 'deletion' }],
    ['merge commits', { type: 'required_linear_history' }],
    ['large files', { type: 'max_file_size', parameters: { max_file_size: 1 } }],
    ['a name that fits', pattern('branch_name_pattern', 'regex', '^ferrule/')],
    ['a name in words of RE2 alone', pattern('branch_name_pattern', 'regex', '(?i)^FEATURE/')],
    ['a type that is not known yet', { type: 'copilot_code_review', parameters: {} }],
  ])('is nothing: %s', async (_, rule) => {
    expect(await flight([rule], 'never')).toBe('');
  });

  it('is nothing either on creation where the branch exists', async () => {
    await scene.repo.git('push', '--quiet', 'origin', 'HEAD:refs/heads/ferrule/login');
    expect(await flight([{ type: 'creation' }], 'never')).toBe('');
    await scene.repo.git('push', '--quiet', 'origin', ':ferrule/login');
  });
});

describe('rules that GitHub does not tell', () => {
  it.each([
    [403, 1],
    [404, 1],
    [503, 3],
  ])('are no word in the log (%i)', async (status, times) => {
    Object.assign(ruleset, { rules: { 'ferrule/login': [SIGNED] }, bypass: 'never' });
    scene.fake.fail({ method: 'GET', path: /\/rules\/branches\//, status, times });
    expect(await scene.publisher().preflight()).toEqual([]);
  });
});
