import { describe, expect, it } from '@jest/globals';
import { judgeTrust } from '../../src/inputs/inputs.js';
import type { RunContext } from '../../src/inputs/inputs.js';

const CONTEXT: RunContext = {
  kind: 'github',
  eventName: 'workflow_dispatch',
  serverUrl: 'https://github.com',
  apiUrl: 'https://api.github.com',
  actor: 'ada',
  workspace: '/home/runner/work/shop/shop',
  temp: '/home/runner/work/_temp',
};
const PULL_REQUEST = {
  number: 7,
  headRef: 'design',
  headSha: 'a'.repeat(40),
  baseRef: 'main',
  sameRepository: true,
};

function judge(changes: Partial<RunContext>, allowedBots: readonly string[] = []) {
  const trust = judgeTrust({ ...CONTEXT, ...changes }, allowedBots);
  return trust.kind === 'trusted' ? 'trusted' : trust.rule;
}

describe('judgeTrust', () => {
  it.each(['workflow_dispatch', 'repository_dispatch', 'schedule', 'push'])('trusts %s', (eventName) => {
    expect(judge({ eventName })).toBe('trusted');
  });

  it('trusts a run on a person’s own machine', () => {
    expect(judge({ kind: 'local', eventName: 'local' })).toBe('trusted');
  });

  it('trusts a pull request of the same repository', () => {
    expect(judge({ eventName: 'pull_request', pullRequest: PULL_REQUEST })).toBe('trusted');
  });

  it('refuses a pull request from a fork', () => {
    expect(judge({ eventName: 'pull_request', pullRequest: { ...PULL_REQUEST, sameRepository: false } })).toBe('fork');
  });

  it('refuses a pull request event that does not say where it comes from', () => {
    expect(judge({ eventName: 'pull_request' })).toBe('unreadable-event');
  });

  it.each(['pull_request_target', 'workflow_run'])('refuses %s, also in the same repository', (eventName) => {
    expect(judge({ eventName, pullRequest: PULL_REQUEST })).toBe('privileged-event');
  });

  it.each(['issue_comment', 'issues', 'fork', 'watch', 'local', ''])(
    'refuses what is not known to be safe: %s',
    (eventName) => {
      expect(judge({ eventName })).toBe('unknown-event');
    },
  );

  it('refuses a bot that is not listed by its exact login', () => {
    const actor = 'dependabot[bot]';
    expect(judge({ eventName: 'push', actor })).toBe('bot');
    expect(judge({ eventName: 'push', actor }, ['renovate[bot]', 'Dependabot[bot]'])).toBe('bot');
    expect(judge({ eventName: 'push', actor }, [actor])).toBe('trusted');
  });

  it('trusts a schedule whoever edited it last', () => {
    expect(judge({ eventName: 'schedule', actor: 'dependabot[bot]' })).toBe('trusted');
  });

  it('trusts the workflow token to dispatch, not to push', () => {
    const actor = 'github-actions[bot]';
    expect(judge({ eventName: 'workflow_dispatch', actor })).toBe('trusted');
    expect(judge({ eventName: 'push', actor })).toBe('bot');
  });

  it('does not let a listed bot in through a fork', () => {
    const pullRequest = { ...PULL_REQUEST, sameRepository: false };
    expect(judge({ eventName: 'pull_request', actor: 'a[bot]', pullRequest }, ['a[bot]'])).toBe('fork');
  });

  it('names the way out in each refusal', () => {
    const trust = judgeTrust({ ...CONTEXT, eventName: 'push', actor: 'renovate[bot]' }, []);
    expect(trust).toMatchObject({
      message: expect.stringContaining("add 'renovate[bot]' to the input 'allowed-bots'"),
    });
  });
});
