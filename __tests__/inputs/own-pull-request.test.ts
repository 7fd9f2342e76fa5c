// A pull request that a run opened: its events start nothing, and a command on it goes on with that run.
import { describe, expect, it } from '@jest/globals';
import { judgeTrust, type RunContext } from '../../src/inputs/inputs.js';
import type { PullRequestEnds } from '../../src/platform/github.js';

const OURS = { login: 'github-actions', isBot: true };
const BODY = `<!-- ferrule spec=specs/a.md hash=${'a'.repeat(64)} outcome=unverified -->\nText`;
const HEAD = { number: 7, headRef: 'ferrule/specs-a', headSha: 'a'.repeat(40), baseRef: 'main', sameRepository: true };
const CONTEXT: RunContext = {
  ...{ kind: 'github', eventName: 'pull_request', actor: 'ferrule[bot]' },
  ...{ serverUrl: 'https://github.com', apiUrl: 'https://api.github.com', workspace: '/w', temp: '/t' },
  pullRequest: { ...HEAD, ofSpec: 'specs/a.md', author: OURS },
};

function commented(body: string): RunContext {
  const author = { login: 'ada', isBot: false };
  const comment = { id: 1, action: 'created', body, author, issueNumber: 7, isPullRequest: true };
  const { pullRequest, ...context } = CONTEXT;
  expect(pullRequest).toBeDefined();
  return { ...context, eventName: 'issue_comment', comment };
}

async function judge(context: RunContext, ends: Partial<PullRequestEnds> = {}) {
  let asked = 0;
  const answer = <T>(value: T) => {
    asked += 1;
    return Promise.resolve({ kind: 'ok' as const, value });
  };
  const github = {
    permissionOf: () => answer('write' as const),
    pullRequestEnds: () => answer({ ...HEAD, body: BODY, author: OURS, isOpen: true, ...ends }),
    identity: () => Promise.resolve('github-actions[bot]'),
  };
  return { trust: await judgeTrust(context, { allowedBots: [], sandbox: 'auto', github }), asked };
}

describe("a run's own pull request", () => {
  it('starts nothing by its own events, whoever caused them, and nobody is asked about it', async () => {
    expect(await judge(CONTEXT)).toMatchObject({ trust: { kind: 'idle' }, asked: 0 });
    const fork = { ...CONTEXT, pullRequest: { ...HEAD, ofSpec: 'specs/a.md', sameRepository: false } };
    expect((await judge(fork)).trust).toMatchObject({ kind: 'refused', rule: 'fork' });
  });

  it('is taken up by a comment: its spec, from the branch that it goes to', async () => {
    const { trust } = await judge(commented('/ferrule retry'));
    expect(trust).toMatchObject({ kind: 'trusted', specPath: 'specs/a.md', context: { ownPullRequestBase: 'main' } });
    expect(trust).not.toHaveProperty(['context', 'pullRequest']);
  });

  it('may be asked for another spec', async () => {
    const { trust } = await judge(commented('/ferrule implement specs/b.md'));
    expect(trust).toMatchObject({ kind: 'trusted', specPath: 'specs/b.md', context: { ownPullRequestBase: 'main' } });
  });

  it('is refused all the same from another repository, and when it is closed', async () => {
    const fork = await judge(commented('/ferrule retry'), { sameRepository: false });
    const closed = await judge(commented('/ferrule retry'), { isOpen: false });
    expect([fork.trust, closed.trust]).toMatchObject([{ rule: 'fork' }, { rule: 'closed-pull-request' }]);
  });

  it('is not one that somebody else opened with a mark in its text', async () => {
    for (const author of [
      { login: 'mallory', isBot: false },
      { login: 'github-actions', isBot: false },
    ]) {
      const { trust } = await judge(commented('/ferrule retry'), { author });
      expect(trust).toMatchObject({ kind: 'trusted', context: { pullRequest: HEAD } });
      expect(trust).not.toHaveProperty('specPath');
      const opened = { ...CONTEXT, actor: 'ada', pullRequest: { ...HEAD, ofSpec: 'specs/a.md', author } };
      expect((await judge(opened)).trust).toMatchObject({ kind: 'trusted', context: { pullRequest: HEAD } });
    }
    const nobodys = { ...CONTEXT, actor: 'ada', pullRequest: { ...HEAD, ofSpec: 'specs/a.md' } };
    expect((await judge(nobodys)).trust).toMatchObject({ kind: 'trusted' });
  });

  it('without our mark is anybody’s', async () => {
    const { trust } = await judge(commented('/ferrule retry'), { body: 'As in <!-- ferrule spec=specs/a.md -->' });
    expect(trust).toMatchObject({ kind: 'trusted', context: { pullRequest: HEAD } });
    expect(trust).not.toHaveProperty('specPath');
  });
});
