// The second job of two in the scene of an end-to-end test: the bundle as the action `publish`, on the same repository.
import type { ActionScene } from './action-scene.js';
import { runAction, type ActionResult, type ActionRun } from './run-action.js';

export type PublishJob = (
  folder: string,
  inputs?: Readonly<Record<string, string>>,
  more?: Partial<ActionRun>,
) => Promise<ActionResult>;

/** Publishes what lies in a folder, with the token that may write and no key. */
export function openPublishJob({ repo, fake }: ActionScene): PublishJob {
  return (folder, inputs = {}, more = {}) =>
    runAction({
      ...{ isPublishJob: true, apiUrl: fake.url, token: fake.token, cwd: repo.dir },
      inputs: { result: folder, ...inputs },
      ...more,
    });
}
