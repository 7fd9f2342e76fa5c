import { describe, expect, it } from '@jest/globals';
import { judgeTrust } from '../../src/inputs/inputs.js';
import type { CommentContext, RunContext, TrustTerms } from '../../src/inputs/inputs.js';
import type { GitHubResult, Permission, PullRequestEnds } from '../../src/platform/github.js';

const CONTEXT: RunContext = {
  kind: 'github',
  eventName: 'workflow_dispatch',
  serverUrl: 'https://github.com',
  apiUrl: 'https://api.github.com',
  actor: 'ada',
  workspace: '/home/runner/work/shop/shop',
  temp: '/home/runner/work/_temp',
};
const HEAD = { number: 7, headRef: 'design', headSha: 'a'.repeat(40), baseRef: 'main', sameRepository: true };
const ENDS = { ...HEAD, body: '', author: { login: 'ada', isBot: false } };
/** Of an account that is gone. */
const ORPHAN: CommentContext = {
  id: 1,
  action: 'created',
  body: '/ferrule implement',
  issueNumber: 7,
  isPullRequest: true,
};
const COMMENT: CommentContext = { ...ORPHAN, author: { login: 'ada', isBot: false } };

const ok = <T>(value: T): GitHubResult<T> => ({ kind: 'ok', value });
const failed = (status: number): GitHubResult<never> => ({
  kind: 'failed',
  error: { call: 'asking', status, message: 'no' },
});

interface Answers extends Partial<Omit<TrustTerms, 'github'>> {
  permission?: GitHubResult<Permission>;
  pullRequest?: GitHubResult<PullRequestEnds>;
  noToken?: boolean;
}

/** What GitHub is asked is kept: a refusal that needs no answer must not ask. */
async function judge(changes: Partial<RunContext>, answers: Answers = {}) {
  const asked: string[] = [];
  const { permission = ok('write'), pullRequest = ok({ ...ENDS, isOpen: true }), noToken, ...terms } = answers;
  const github: TrustTerms['github'] = {
    permissionOf: (login) => {
      asked.push(login);
      return Promise.resolve(permission);
    },
    identity: () => Promise.resolve('github-actions[bot]'),
    pullRequestEnds: (number) => {
      asked.push(`#${number}`);
      return Promise.resolve(pullRequest);
    },
  };
  const trust = await judgeTrust(
    { ...CONTEXT, ...changes },
    { allowedBots: [], sandbox: 'auto', github: noToken ? undefined : github, ...terms },
  );
  return { trust, asked, verdict: trust.kind === 'refused' ? trust.rule : trust.kind };
}

const comment = (changes: Partial<CommentContext> = {}, eventName = 'issue_comment'): Partial<RunContext> => ({
  eventName,
  comment: { ...COMMENT, ...changes },
});
const by = (login: string, isBot = false): Partial<CommentContext> => ({ author: { login, isBot } });
const pullRequest = (changes: Partial<typeof ENDS> = {}): Partial<RunContext> => ({
  eventName: 'pull_request',
  pullRequest: { ...ENDS, ...changes },
});

describe('an event that only writers cause', () => {
  it.each(['workflow_dispatch', 'repository_dispatch', 'schedule', 'push'])(
    '%s is trusted without asking, also with the box off',
    async (eventName) => {
      expect(await judge({ eventName }, { noToken: true })).toMatchObject({ verdict: 'trusted', asked: [] });
      expect(await judge({ eventName }, { sandbox: 'unsafe-off' })).toMatchObject({ verdict: 'trusted', asked: [] });
    },
  );

  it('trusts a run on a person’s own machine', async () => {
    expect(await judge({ kind: 'local', eventName: 'local' })).toMatchObject({ verdict: 'trusted', asked: [] });
  });

  it('refuses a bot that is not listed by its exact login', async () => {
    const actor = 'dependabot[bot]';
    const verdict = async (...allowedBots: string[]) =>
      (await judge({ eventName: 'push', actor }, { allowedBots })).verdict;
    expect(await verdict()).toBe('bot');
    expect(await verdict('renovate[bot]', 'Dependabot[bot]')).toBe('bot');
    expect(await verdict(actor)).toBe('trusted');
  });

  it('does not take a person for a bot', async () => {
    expect((await judge({ eventName: 'push', actor: 'ada-bot' })).verdict).toBe('trusted');
  });

  it('trusts a schedule whoever edited it last', async () => {
    expect((await judge({ eventName: 'schedule', actor: 'dependabot[bot]' })).verdict).toBe('trusted');
  });

  it('trusts the workflow token to dispatch, not to push', async () => {
    const actor = 'github-actions[bot]';
    expect((await judge({ eventName: 'workflow_dispatch', actor })).verdict).toBe('trusted');
    expect((await judge({ eventName: 'push', actor })).verdict).toBe('bot');
  });
});

describe('an event that is refused whoever causes it', () => {
  it.each(['pull_request_target', 'workflow_run'])('%s, also in the same repository', async (eventName) => {
    const answer = await judge({ ...pullRequest(), eventName });
    expect(answer).toMatchObject({ verdict: 'privileged-event', asked: [] });
  });

  it.each(['issues', 'discussion_comment', 'pull_request_review', 'fork', 'watch', 'local', ''])(
    'what is not known to be safe: %s',
    async (eventName) => {
      expect(await judge({ ...comment(), eventName })).toMatchObject({ verdict: 'unknown-event', asked: [] });
    },
  );
});

describe('a pull request', () => {
  const cases: [what: string, context: Partial<RunContext>, answers: Answers, verdict: string, asked: string[]][] = [
    ['of the repository by a writer', pullRequest(), {}, 'trusted', ['ada']],
    ['by an administrator', pullRequest(), { permission: ok('admin') }, 'trusted', ['ada']],
    [
      'opened from a branch that is there by a reader',
      pullRequest(),
      { permission: ok('read') },
      'no-write-access',
      ['ada'],
    ],
    ['of a fork', pullRequest({ sameRepository: false }), {}, 'fork', []],
    ['that is not described', { eventName: 'pull_request' }, {}, 'unreadable-event', []],
    ['with the box off', pullRequest(), { sandbox: 'unsafe-off' }, 'unsafe-sandbox', []],
    [
      'by a person whose name ends like a bot’s',
      { ...pullRequest(), actor: 'evil-bot' },
      { allowedBots: ['bot[bot]'], permission: ok('read') },
      'no-write-access',
      ['evil-bot'],
    ],
    ['by a bot', { ...pullRequest(), actor: 'a[bot]' }, {}, 'bot', []],
    ['by a listed bot', { ...pullRequest(), actor: 'a[bot]' }, { allowedBots: ['a[bot]'] }, 'trusted', []],
    [
      'of a fork by a listed bot',
      { ...pullRequest({ sameRepository: false }), actor: 'a[bot]' },
      { allowedBots: ['a[bot]'] },
      'fork',
      [],
    ],
    ['by nobody', { ...pullRequest(), actor: undefined }, {}, 'permission-unknown', []],
    ['without a token', pullRequest(), { noToken: true }, 'permission-unknown', []],
  ];
  it.each(cases)('%s', async (_what, context, answers, verdict, asked) => {
    expect(await judge(context, answers)).toMatchObject({ verdict, asked });
  });
});

describe.each(['issue_comment', 'pull_request_review_comment'])('on %s', (eventName) => {
  const on = (changes: Partial<CommentContext> = {}) => comment(changes, eventName);
  const asked = ['ada', '#7'];
  const cases: [what: string, context: Partial<RunContext>, answers: Answers, verdict: string, asked: string[]][] = [
    ['a writer is trusted', on(), {}, 'trusted', asked],
    ['an administrator is trusted', on(), { permission: ok('admin') }, 'trusted', asked],
    ['a reader is refused', on(), { permission: ok('read') }, 'no-write-access', ['ada']],
    ['a stranger is refused', on(), { permission: ok('none') }, 'no-write-access', ['ada']],
    [
      'the author counts, not the actor',
      { ...on(by('mallory')), actor: 'ada' },
      { permission: ok('none') },
      'no-write-access',
      ['mallory'],
    ],
    ...[401, 403, 404, 500].map((status): (typeof cases)[number] => [
      `a permission that GitHub answers with ${status} is refused`,
      on(),
      { permission: failed(status) },
      'permission-unknown',
      ['ada'],
    ]),
    ['nothing is asked without a token', on(), { noToken: true }, 'permission-unknown', []],
    ['an app is refused', on(by('helper[bot]', true)), {}, 'bot', []],
    ['an app under a bare name is refused', on(by('Copilot', true)), { allowedBots: ['Copilot[bot]'] }, 'bot', []],
    ['the workflow token is refused', on(by('github-actions[bot]', true)), {}, 'bot', []],
    ['a listed app is trusted', on(by('helper[bot]', true)), { allowedBots: ['helper[bot]'] }, 'trusted', ['#7']],
    ['a listing is exact', on(by('evil-helper[bot]', true)), { allowedBots: ['helper[bot]'] }, 'bot', []],
    [
      'a person whose name ends like a bot’s is asked for',
      on(by('evil-bot')),
      { permission: ok('none') },
      'no-write-access',
      ['evil-bot'],
    ],
    [
      'a person with the bare name of a listed bot is asked for',
      on(by('helper')),
      { allowedBots: ['helper[bot]'], permission: ok('read') },
      'no-write-access',
      ['helper'],
    ],
    ['an edited comment is refused, also a writer’s', on({ action: 'edited' }), {}, 'edited-comment', []],
    ['a deleted comment asks for nothing', on({ action: 'deleted' }), {}, 'idle', []],
    ['a comment that is not described is refused', { eventName }, {}, 'unreadable-event', []],
    ['the box may not be off', on(), { sandbox: 'unsafe-off' }, 'unsafe-sandbox', []],
    ['a fork is refused', on(), { pullRequest: ok({ ...ENDS, isOpen: true, sameRepository: false }) }, 'fork', asked],
    [
      'a closed pull request is refused',
      on(),
      { pullRequest: ok({ ...ENDS, isOpen: false }) },
      'closed-pull-request',
      asked,
    ],
    ...[403, 404, 500].map((status): (typeof cases)[number] => [
      `a pull request that GitHub answers with ${status} is refused`,
      on(),
      { pullRequest: failed(status) },
      'pull-request-unknown',
      asked,
    ]),
  ];
  it.each(cases)('%s', async (_what, context, answers, verdict, wasAsked) => {
    expect(await judge(context, answers)).toMatchObject({ verdict, asked: wasAsked });
  });

  it('an author whose account is gone is refused', async () => {
    expect(await judge({ eventName, comment: ORPHAN })).toMatchObject({ verdict: 'deleted-author', asked: [] });
  });

  it('the head is the one that GitHub tells of now', async () => {
    const { trust } = await judge(on());
    expect(trust).toMatchObject({ kind: 'trusted', context: { pullRequest: HEAD } });
  });
});

describe('a comment on an issue', () => {
  it('needs no pull request', async () => {
    const { trust, asked } = await judge(comment({ isPullRequest: false }));
    expect(trust).toEqual({ kind: 'trusted', context: { ...CONTEXT, ...comment({ isPullRequest: false }) } });
    expect(asked).toEqual(['ada']);
  });
});

describe('a command', () => {
  const read = async (body: string) => {
    const { trust } = await judge(comment({ body }));
    return trust.kind === 'trusted' ? (trust.specPath ?? 'all') : trust.kind;
  };

  it.each([
    ['/ferrule implement', 'all'],
    ['/ferrule implement ./specs/login.md', 'specs/login.md'],
    ['/ferrule implement specs/a folder/', 'specs/a folder'],
    ['/ferrule  IMPLEMENT  specs/login.md  \r\nAs we said.', 'specs/login.md'],
    ['/ferrule retry', 'all'],
    ['/ferrule answer 2 Yes.\n/ferrule answer 3 No.', 'all'],
  ])('%j starts a run', async (body, spec) => {
    expect(await read(body)).toBe(spec);
  });

  it.each([
    'Looks good to me.',
    '',
    '/ferrule',
    '/ferrule deploy',
    '/ferrule retry now',
    '/ferrule answer',
    '/ferruleimplement',
    '/ferrule implementx',
    ' /ferrule implement',
    'Do not write /ferrule implement',
    '> /ferrule implement',
    'Please:\n/ferrule implement',
  ])('%j is none, and nobody is asked about', async (body) => {
    const strangers = await judge(comment({ body, ...by('mallory') }), { permission: ok('none') });
    expect(strangers).toMatchObject({ verdict: 'idle', asked: [] });
  });
});

describe('each refusal', () => {
  const mallory = comment(by('mallory'));
  const gone: Partial<RunContext> = { eventName: 'issue_comment', comment: ORPHAN };
  const cases: [context: Partial<RunContext>, answers: Answers, message: RegExp][] = [
    [{ eventName: 'pull_request_target' }, {}, /Use 'pull_request' .*or 'workflow_dispatch'/],
    [{ eventName: 'issues' }, {}, /Use one of workflow_dispatch, .*issue_comment/],
    [{ eventName: 'pull_request' }, {}, /does not describe a pull request.*'workflow_dispatch'/],
    [{ eventName: 'issue_comment' }, {}, /does not describe a comment.*'workflow_dispatch'/],
    [pullRequest({ sameRepository: false }), {}, /push the branch here/],
    [pullRequest(), { sandbox: 'unsafe-off' }, /'unsafe-off', which is refused on 'pull_request'.*Use 'auto'/],
    [{ eventName: 'push', actor: 'renovate[bot]' }, {}, /add 'renovate\[bot\]' to the input 'allowed-bots'/],
    [comment({ action: 'edited' }), {}, /was changed after it was written.*Write a new comment/],
    [gone, {}, /account .* is gone.*somebody with write access/],
    [mallory, { permission: ok('read') }, /'mallory' has no write access.*Ask somebody who has it/],
    [mallory, { permission: failed(500) }, /'mallory' may do here is unknown: .*500.*'github-token'/],
    [mallory, { noToken: true }, /cannot be asked: there is no 'github-token'.*Set the input/],
    [comment(), { pullRequest: failed(404) }, /#7 comes from is unknown: .*404.*'pull-requests: write'/],
    [comment(), { pullRequest: ok({ ...ENDS, isOpen: false }) }, /#7 is closed\. Reopen it/],
  ];
  it.each(cases)('names the rule and the way out (%#)', async (context, answers, message) => {
    const { trust } = await judge(context, answers);
    expect(trust).toMatchObject({ kind: 'refused', message: expect.stringMatching(message) });
  });
});
