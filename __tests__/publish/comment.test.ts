import { describe, expect, it } from '@jest/globals';
import { formatMark } from '../../src/report/report.js';
import { markOf, publishScene, result, SPEC as spec } from '../support/publish-scene.js';

describe('the comment', () => {
  it('is written once for a spec and then rewritten; other specs, people and bots keep theirs', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const number = fake.repository.addIssue();
    const other = formatMark({ specPath: 'specs/other.md', specHash: spec.hash, outcome: 'verified' });
    fake.repository.addComment({ number, author: fake.login, body: `${other}\nother spec` });
    fake.repository.addComment({ number, author: 'mallory', body: `${markOf('verified')}\nforged` });
    fake.repository.addComment({
      number,
      author: 'github-actions',
      body: `${markOf('verified')}\na person of that name`,
    });
    fake.repository.addComment({ number, author: fake.login, body: 'no mark' });
    await publisher({ kind: 'comment', commentOn: number }).publish(result('unverified', undefined));
    const published = await publisher({ kind: 'comment', commentOn: number }).publish(
      result('verified', await commitOn(base, 'x')),
    );
    expect(published).toMatchObject({ kind: 'comment', warnings: [] });
    expect(fake.comments.map(({ body }) => body.split('\n')[1] ?? body)).toEqual([
      'other spec',
      'forged',
      'a person of that name',
      'no mark',
      'Comment: verified',
    ]);
    expect(await repo.remoteBranches()).toEqual(['main']);
  });

  it('is found on a later page', async () => {
    await using scene = await publishScene();
    const { fake, publisher } = scene;
    const number = fake.repository.addIssue();
    for (let i = 0; i < 120; i++) fake.repository.addComment({ number, author: 'ada', body: `${i}` });
    await publisher({ kind: 'comment', commentOn: number }).publish(result('stopped', undefined));
    await publisher({ kind: 'comment', commentOn: number }).publish(result('verified', undefined));
    expect(fake.comments).toHaveLength(121);
  });

  it('is not doubled when GitHub made it but answered with an error', async () => {
    await using scene = await publishScene();
    const { fake, publisher } = scene;
    const number = fake.repository.addIssue();
    fake.fail({ method: 'POST', path: /comments$/, status: 502, afterwards: true });
    const published = await publisher({ kind: 'comment', commentOn: number }).publish(result('verified', undefined));
    expect(published.comment).toBeDefined();
    expect(fake.comments).toHaveLength(1);
  });

  it('that is refused is a warning', async () => {
    await using scene = await publishScene();
    const { fake, publisher } = scene;
    const number = fake.repository.addIssue();
    fake.fail({ method: 'POST', path: /comments$/, status: 403 });
    const published = await publisher({ kind: 'comment', commentOn: number }).publish(result('verified', undefined));
    expect(published.comment).toBeUndefined();
    expect(published.warnings.join()).toContain('could not be put on #1');
  });

  it('keeps increments to itself', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const chosen = publisher({ kind: 'comment', commentOn: fake.repository.addIssue() });
    expect(await chosen.pushIncrement(await commitOn(base, 'x'))).toEqual({ kind: 'not-published' });
    expect(await repo.remoteBranches()).toEqual(['main']);
  });
});
