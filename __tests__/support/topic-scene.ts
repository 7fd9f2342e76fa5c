// The ground of runs on a pull request: a branch `topic` with the spec, proposed to `main`.
import type { ActionScene, SceneRun } from './action-scene.js';
import { SPEC } from './scripts-greeting.js';

/** A pull request of the same repository: the checkout is the merge of `topic` into `main`, as on a runner. */
export async function openTopic({ repo, fake }: ActionScene): Promise<SceneRun & { head: string }> {
  await repo.git('checkout', '--quiet', '-b', 'topic');
  const head = await repo.commit({ 'specs/greeting.md': SPEC }, 'Add the spec');
  await repo.git('checkout', '--quiet', '--detach', 'main');
  await repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge topic', 'topic');
  const { number } = fake.repository.addPull({ head: 'topic' });
  return { head, ...pullRequestRun(number, head, 'octo/demo') };
}

/** What a run on the pull request is started with. @param sha its head, from a branch `topic` of `repository` */
export function pullRequestRun(number: number, sha: string, repository: string): SceneRun {
  const head = { ref: 'topic', sha, repo: { full_name: repository } };
  return {
    event: { name: 'pull_request', payload: { pull_request: { number, head, base: { ref: 'main' } } } },
    env: { GITHUB_REF: `refs/pull/${number}/merge` },
  };
}
