// The comment that follows a run: the bundle against GitHub's double, with a scripted model that takes its time.
import { describe, expect, it } from '@jest/globals';
import type { ActionScene, SceneRun } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import type { Scripted, ScriptStep } from '../support/messages-api.js';
import { CRATE, VERIFIED, finishGreeting, writeGreeting } from '../support/scripts-greeting.js';

/** Long enough for the first text of the comment to be on GitHub before the model answers. */
const A_MOMENT_MS = 2_500;

/** Somebody writes the command on an issue. */
function commanded({ fake }: ActionScene): SceneRun & { number: number; commentId: number } {
  const number = fake.repository.addIssue();
  const { id } = fake.repository.addComment({ number, author: 'octocat', body: '/ferrule implement' });
  const comment = { id, body: '/ferrule implement', user: { login: 'octocat', type: 'User' } };
  const payload = { action: 'created', issue: { number }, comment };
  return { number, commentId: id, event: { name: 'issue_comment', payload } };
}

/** What stands on GitHub after the command, without the hidden lines. */
const shown = ({ fake }: ActionScene) =>
  fake.comments.slice(1).map(({ body }) => body.replaceAll(/^<!--.*-->\n/gm, ''));

const writes = ({ fake }: ActionScene) =>
  fake.requests.filter(({ method, path }) => method !== 'GET' && path.includes('/issues/'));

const slowly = (answer: Scripted, delayMs: number): Scripted => ({ ...answer, delayMs });

describe('a command on an issue', () => {
  it('gets eyes at once, a comment that follows the run, and its verdict with the pull request', async () => {
    await using scene = await actionScene(CRATE);
    const { number, commentId, ...run } = commanded(scene);
    const seen: string[][] = [];
    const look = (answer: Scripted) => () => {
      seen.push(shown(scene));
      return answer;
    };
    const answers: ScriptStep[] = [
      look(slowly({ text: 'I read the spec first.', tool_use: writeGreeting().tool_use ?? [] }, A_MOMENT_MS)),
      look(slowly(finishGreeting(), 17_000)),
    ];
    const result = await scene.run({ ...run, answers });
    expect(result).toMatchObject({ code: 0, outputs: { outcome: 'verified', 'pull-request-number': '2' } });
    expect(scene.fake.repository.reactions).toEqual([{ commentId, isReview: false, content: 'eyes' }]);
    expect(seen[1]).toHaveLength(1);
    expect(seen[1]?.[0]).toMatch(
      /^\*\*Ferrule is at work on\*\* `specs\/greeting\.md`, Greeting\n\nNow, since [\d:]+ UTC: /,
    );

    const comments = writes(scene).filter(({ path }) => !path.endsWith('/reactions'));
    expect(comments.map(({ method }) => method)).toEqual(['POST', ...comments.slice(1).map(() => 'PATCH')]);
    const texts = comments.map(({ body }) => (body as { body: string }).body);
    const followed = texts.slice(0, -1);
    expect(followed.length).toBeGreaterThan(1);
    expect(followed.at(-1)).toContain('- [x] Greeting (`');
    expect(followed.at(-1)).toContain('Last build: cargo test --workspace');
    const pauses = comments.slice(1, -1).map(({ atMs }, i) => atMs - (comments[i]?.atMs ?? 0));
    for (const pauseMs of pauses) expect(pauseMs).toBeGreaterThan(14_900);

    expect(scene.fake.comments.slice(1)).toMatchObject([{ number, body: expect.stringContaining('outcome=verified') }]);
    expect(shown(scene)[0]).toMatch(
      /^> The report is the text of \[pull request 2\]\(https:\/\/github\.example\/octo\/demo\/pull\/2\)\.\n\n\*\*Verified: /,
    );
    expect(shown(scene)[0]).not.toContain('### ');
    expect(result.outputs['comment-url']).toContain('#issuecomment-');
  });

  it('ends as it would have, when GitHub takes neither eyes nor the comment that follows', async () => {
    await using scene = await actionScene(CRATE);
    const { fake } = scene;
    fake.fail({ method: 'POST', path: /reactions$/, status: 403 });
    fake.fail({ method: 'POST', path: /issues\/1\/comments$/, status: 403 });
    const [first = { text: '' }, ...rest] = VERIFIED;
    const answers = [slowly(first as Scripted, A_MOMENT_MS), ...rest];
    const result = await scene.run({ ...commanded(scene), inputs: { publish: 'comment' }, answers });
    expect(result).toMatchObject({ code: 0, warnings: [], errors: [], outputs: { outcome: 'verified' } });
    expect(result.stdout).toContain('The comment got no 👀: reacting to the comment failed with status 403');
    expect(result.stdout).toContain('The comment on #1 does not follow the run: creating the comment failed');
    expect(shown(scene)).toEqual([expect.stringMatching(/^\*\*Verified: [^]*### Verification/)]);
  });
});

describe('a run that is killed', () => {
  it('leaves a comment that says where it was; the next run replaces it', async () => {
    await using scene = await actionScene(CRATE);
    const run = { ...commanded(scene), inputs: { publish: 'comment' } };
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    const model = (): Scripted => {
      setTimeout(() => kill?.('SIGKILL'), A_MOMENT_MS);
      return { fault: 'hang' };
    };
    const killed = await scene.run({ ...run, model, started: (send) => void (kill = send) });
    expect(killed.code).toBeNull();
    expect(shown(scene)).toEqual([
      expect.stringMatching(/Now, since [\d:]+ UTC: turn 1 · waiting for the model\n[^]*was ended from outside/),
    ]);
    expect(await scene.run({ ...run, answers: VERIFIED })).toMatchObject({ code: 0 });
    expect(shown(scene)).toEqual([expect.stringMatching(/^\*\*Verified: /)]);
  });
});
