import { describe, expect, it } from '@jest/globals';
import { readEvent } from '../../src/inputs/inputs.js';

const LOCAL = { workspace: '/home/ada/shop', temp: '/tmp' };
const SHA = 'a'.repeat(40);
const RUNNER = {
  GITHUB_ACTIONS: 'true',
  GITHUB_EVENT_NAME: 'workflow_dispatch',
  GITHUB_REPOSITORY: 'octo-org/shop',
  GITHUB_SERVER_URL: 'https://ghes.example',
  GITHUB_API_URL: 'https://ghes.example/api/v3',
  GITHUB_GRAPHQL_URL: 'https://ghes.example/api/graphql',
  GITHUB_WORKSPACE: '/home/runner/work/shop/shop',
  RUNNER_TEMP: '/home/runner/work/_temp',
  GITHUB_SHA: SHA,
  GITHUB_REF: 'refs/heads/main',
  GITHUB_ACTOR: 'ada',
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '1',
};

function pullRequest(headRepository: string | null) {
  const repo = headRepository === null ? null : { full_name: headRepository };
  return { pull_request: { number: 7, head: { ref: 'design', sha: SHA, repo }, base: { ref: 'main' } } };
}

describe('readEvent', () => {
  it('takes the facts of a run from the environment of a runner', () => {
    expect(readEvent(RUNNER, { repository: { default_branch: 'main' } }, LOCAL)).toEqual({
      kind: 'github',
      eventName: 'workflow_dispatch',
      repository: { owner: 'octo-org', name: 'shop' },
      serverUrl: 'https://ghes.example',
      apiUrl: 'https://ghes.example/api/v3',
      graphqlUrl: 'https://ghes.example/api/graphql',
      workspace: '/home/runner/work/shop/shop',
      temp: '/home/runner/work/_temp',
      sha: SHA,
      ref: 'refs/heads/main',
      defaultBranch: 'main',
      actor: 'ada',
      runId: '42',
      runAttempt: '1',
      runUrl: 'https://ghes.example/octo-org/shop/actions/runs/42',
    });
  });

  it('tells a branch of the repository from a fork, and a deleted fork from neither', () => {
    const read = (head: string | null) => readEvent(RUNNER, pullRequest(head), LOCAL).pullRequest?.sameRepository;
    expect(read('Octo-Org/Shop')).toBe(true);
    expect(read('mallory/shop')).toBe(false);
    expect(read(null)).toBe(false);
  });

  it('leaves out a pull request whose shape is not understood', () => {
    expect(readEvent(RUNNER, { pull_request: { number: '7' } }, LOCAL)).not.toHaveProperty('pullRequest');
    expect(readEvent(RUNNER, 'text', LOCAL)).not.toHaveProperty('pullRequest');
    expect(readEvent(RUNNER, undefined, LOCAL)).not.toHaveProperty('defaultBranch');
  });

  it('is local outside GitHub Actions', () => {
    expect(readEvent({ GITHUB_REPOSITORY: 'octo-org/shop' }, undefined, LOCAL)).toEqual({
      kind: 'local',
      eventName: 'local',
      serverUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
      ...LOCAL,
    });
  });

  it('is not local merely because GITHUB_ACTIONS was removed', () => {
    expect(readEvent({ ...RUNNER, GITHUB_ACTIONS: undefined }, undefined, LOCAL).kind).toBe('github');
  });

  it.each(['GITHUB_REPOSITORY', 'GITHUB_EVENT_NAME', 'GITHUB_WORKSPACE'])(
    'names %s when the runner omits it',
    (name) => {
      expect(() => readEvent({ ...RUNNER, [name]: '' }, undefined, LOCAL)).toThrow(
        `The environment variable ${name} is not set`,
      );
    },
  );

  it('refuses a repository that is not owner/name', () => {
    const env = { ...RUNNER, GITHUB_REPOSITORY: 'shop' };
    expect(() => readEvent(env, undefined, LOCAL)).toThrow('GITHUB_REPOSITORY');
  });
});

describe('readEvent of a push', () => {
  const before = (value: unknown, name = 'push') =>
    readEvent({ ...RUNNER, GITHUB_EVENT_NAME: name }, { before: value }, LOCAL).before;

  it('takes what the branch was at before, unless there was nothing', () => {
    expect(before('b'.repeat(40))).toBe('b'.repeat(40));
    expect(before('0'.repeat(40))).toBeUndefined();
    expect(before('main; rm')).toBeUndefined();
    expect(before('b'.repeat(40), 'pull_request')).toBeUndefined();
  });
});

describe('readEvent of a comment', () => {
  const COMMENT = { id: 9, body: '/ferrule retry', user: { login: 'ada', type: 'User' } };
  const issue = { action: 'created', issue: { number: 3 }, comment: COMMENT };
  const read = (payload: unknown, name = 'issue_comment') =>
    readEvent({ ...RUNNER, GITHUB_EVENT_NAME: name }, payload, LOCAL);

  it('takes who wrote what where', () => {
    expect(read(issue).comment).toEqual({
      ...{ id: 9, body: '/ferrule retry', action: 'created', issueNumber: 3, isPullRequest: false },
      author: { login: 'ada', isBot: false },
    });
  });

  it('tells a pull request from an issue', () => {
    const on = (more: object) => read({ ...issue, issue: { number: 3, ...more } }).comment?.isPullRequest;
    expect(on({ pull_request: { url: 'https://api.github.com/…' } })).toBe(true);
    expect(on({ pull_request: null })).toBe(false);
    expect(on({})).toBe(false);
  });

  it('reads a review comment, whose event describes the pull request, and does not trust that description', () => {
    const payload = { action: 'created', comment: COMMENT, ...pullRequest('octo-org/shop') };
    const context = read(payload, 'pull_request_review_comment');
    expect(context.comment).toMatchObject({ issueNumber: 7, isPullRequest: true });
    expect(context).not.toHaveProperty('pullRequest');
  });

  it.each([
    ['by its type', { login: 'helper', type: 'Bot' }],
    ['by its name', { login: 'helper[bot]', type: 'User' }],
    ['by its name alone', { login: 'helper[bot]' }],
  ])('knows an app %s', (_how, user) => {
    expect(read({ ...issue, comment: { ...COMMENT, user } }).comment?.author).toEqual({
      login: user.login,
      isBot: true,
    });
  });

  it.each([null, { login: 'ghost', type: 'User' }, { login: 'Ghost', type: 'User' }])(
    'leaves out an author who is gone',
    (user) => {
      const { comment } = read({ ...issue, comment: { ...COMMENT, user } });
      expect(comment?.id).toBe(9);
      expect(comment).not.toHaveProperty('author');
    },
  );

  it.each([
    ['no action', { ...issue, action: undefined }],
    ['no comment', { ...issue, comment: undefined }],
    ['no place', { ...issue, issue: undefined }],
    ['a body that is none', { ...issue, comment: { ...COMMENT, body: null } }],
    ['no word of an author', { ...issue, comment: { ...COMMENT, user: undefined } }],
    ['a login that GitHub does not give', { ...issue, comment: { ...COMMENT, user: { login: 'a b\n::error::' } } }],
    ['a number that is none', { ...issue, issue: { number: '3' } }],
    ['text', 'text'],
  ])('leaves out a comment with %s', (_what, payload) => {
    expect(read(payload)).not.toHaveProperty('comment');
  });

  it('reads a comment of no other event', () => {
    expect(read(issue, 'issues')).not.toHaveProperty('comment');
  });
});
