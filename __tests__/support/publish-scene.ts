// A repository with a bare remote, GitHub's double on top of it, and publishers for one spec: the ground of the tests
// of the room `publish`.
import path from 'node:path';
import { openGit, type Git } from '../../src/platform/git.js';
import { openGitHub, type GitHub } from '../../src/platform/github.js';
import { createPublisher, type Publisher, type PublisherOptions } from '../../src/publish/publish.js';
import { formatMark, type Outcome } from '../../src/report/report.js';
import { startFakeGitHub, type FakeGitHub, type FakeGitHubOptions } from './fake-github.js';
import { tempRepo, type TempRepo } from './temp-repo.js';

export const SPEC = { path: 'specs/login.md', hash: 'ab'.repeat(32) };
const AUTHOR = { name: 'Ferrule', email: 'ferrule@example.com' };

/** The mark of the spec with an outcome. */
export const markOf = (outcome: Outcome) => formatMark({ specPath: SPEC.path, specHash: SPEC.hash, outcome });

/** What a run hands to `publish`, with texts that name the outcome. */
export const result = (outcome: Outcome, headCommit: string | undefined, title = 'Login') => ({
  outcome,
  headCommit,
  title,
  body: `Body: ${outcome}`,
  commentBody: `Comment: ${outcome}`,
  answerBody: `Answer: ${outcome}`,
});

export interface PublishScene extends AsyncDisposable {
  repo: TempRepo;
  fake: FakeGitHub;
  git: Git;
  /** The commit of `main`. */
  base: string;
  github: (token?: string) => GitHub;
  /** Of kind `pull-request`, branch `ferrule/login` and base `main`, unless told otherwise. */
  publisher: (more?: Partial<PublisherOptions>) => Publisher;
  /** Without GitHub, as outside of it. */
  localPublisher: (more?: Partial<PublisherOptions>) => Publisher;
  /** A commit with the text in `new.txt`. @param message the text when absent */
  commitOn: (parent: string, text: string, message?: string) => Promise<string>;
}

export async function publishScene(options: FakeGitHubOptions = {}): Promise<PublishScene> {
  const repo = await tempRepo({ 'a.txt': 'base' }, { remote: true });
  const fake = await startFakeGitHub({ bare: repo.origin, ...options });
  const git = await openGit(repo.dir, path.join(repo.parent, 'ours.git'), process.env);
  const base = await repo.git('rev-parse', 'HEAD');
  const github = (token = fake.token) =>
    openGitHub({ token, apiUrl: fake.url, owner: 'octo', repo: 'demo', retryDelaysMs: [1, 1] });
  const local: PublisherOptions = {
    kind: 'pull-request',
    git,
    remote: { url: repo.origin },
    spec: SPEC,
    branch: 'ferrule/login',
    base: 'main',
    baseCommit: base,
    commitWith: 'git',
    pullRequest: { draft: 'until-verified', labels: [], reviewers: [] },
    refusal: () => undefined,
  };
  return {
    repo,
    fake,
    git,
    base,
    github,
    publisher: (more = {}) => createPublisher({ ...local, github: github(), ...more }),
    localPublisher: (more = {}) => createPublisher({ ...local, ...more }),
    async commitOn(parent, text, message = `${text}\n`) {
      const content = { oid: await git.writeBlob(Buffer.from(text)), mode: '100644' };
      const tree = await git.writeTree(parent, [{ path: 'new.txt', content }]);
      return git.writeCommit({ tree, parent, message, author: AUTHOR });
    },
    async [Symbol.asyncDispose]() {
      await repo[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}
