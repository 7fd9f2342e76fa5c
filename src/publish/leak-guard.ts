// Looks at everything that a publisher is about to send: every object of its commits, the branch's name, the texts. One
// sighting of a secret and nothing is sent. How secrets are recognised is not known here.
import type { Git } from '../platform/git.js';
import { readNewObjects } from '../platform/new-objects.js';
import type { Refusal } from '../platform/outlet.js';
import type { PublicationRequest, Publisher } from './publisher.js';

interface LeakGuardTerms {
  git: Git;
  branch: string;
  /** Already public. */
  baseCommit: string;
  refusal: Refusal;
}

/** The publisher with the guard in front of it. What is refused is not pushed, opened or written at all. */
export function guardLeaks(publisher: Publisher, { git, branch, baseCommit, refusal }: LeakGuardTerms): Publisher {
  /** Of the whole series at each push: what one increment took out again is pushed with the next. */
  async function refusalOfCommits(commit: string, onto?: string): Promise<string | undefined> {
    const known = onto === undefined ? [baseCommit] : [baseCommit, onto];
    for await (const object of readNewObjects(git, commit, known)) {
      const found = refusal('the commits', object.toString('latin1'));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async function refusalOf(request: PublicationRequest): Promise<string | undefined> {
    const { headCommit, onto, title, body, commentBody, answerBody } = request;
    return (
      refusal('the branch name', branch) ??
      refusal('the comment', commentBody) ??
      refusal('the comment', answerBody) ??
      refusal('the pull request', `${title}\n${body}`) ??
      (headCommit === undefined ? undefined : await refusalOfCommits(headCommit, onto))
    );
  }

  const { pushRenamed } = publisher;
  return {
    kind: publisher.kind,
    ...(pushRenamed && {
      async pushRenamed(request) {
        const isRefused = (await refusalOf(request)) !== undefined;
        return isRefused ? new Map() : pushRenamed(request);
      },
    }),
    preflight: () => publisher.preflight(),
    async pushIncrement(commit) {
      const isRefused = (await refusalOfCommits(commit)) !== undefined; // the alarm has been raised by now
      return isRefused ? { kind: 'not-published' } : publisher.pushIncrement(commit);
    },
    async publish(request) {
      const found = await refusalOf(request);
      return found === undefined ? publisher.publish(request) : { kind: publisher.kind, warnings: [found] };
    },
  };
}
