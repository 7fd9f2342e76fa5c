// Checks of `ferrule doctor` that ask the clone and, with a token, GitHub: by the very pre-flight of a run.
import path from 'node:path';
import { runCommand } from '../platform/command.js';
import type { Remote } from '../platform/git-remote.js';
import { openGit, readCheckout } from '../platform/git.js';
import { openGitHub } from '../platform/github.js';
import { ciNote, createPublisher } from '../publish/publish.js';
import { findToolchain, readChannel } from '../workshop/workshop.js';
import type { Check, Finding, Patient } from './check.js';
import { bad, good, note } from './check.js';

/** Nothing is pushed to it. */
const TRIED_BRANCH = 'ferrule/doctor';

const repository: Check = async (patient) => {
  const { git, head, branch } = await openClone(patient);
  if (head === undefined)
    return [bad('git: the repository has no commit yet. Commit the spec first; Ferrule works on commits only.')];
  const channel = await readChannel(await git.sourceTree(head), '.');
  const findings = [good(`git: commit ${head.slice(0, 12)}${branch === undefined ? '' : ` on '${branch}'`}`)];
  if (channel === undefined) return findings;
  const { environment } = patient;
  const { rustcVersion } = await findToolchain({ channel, environment, runCommand });
  return [...findings, good(`the repository asks for toolchain '${channel}': ${rustcVersion}`)];
};

const github: Check = async (patient) => {
  const { environment } = patient;
  const { head, branch: base = 'main', origin } = await readCheckout(patient.folder, environment);
  if (head === undefined) return []; // said by the check before
  const address = addressOf(origin, environment);
  if (address === undefined)
    return [note("GitHub: not asked, as 'origin' is no repository there. Runs leave a local branch.")];
  const { owner, repo, serverUrl, apiUrl } = address;
  const token = environment.GITHUB_TOKEN ?? environment.GH_TOKEN ?? '';
  if (token === '')
    return [note(`GitHub: ${owner}/${repo} not asked, for lack of a token. Set GITHUB_TOKEN to one that may push.`)];
  const { git } = await openClone(patient);
  const api = openGitHub({ token, apiUrl, owner, repo });
  const isPath = origin !== undefined && path.isAbsolute(origin);
  const remote: Remote = { url: isPath ? origin : `${serverUrl}/${owner}/${repo}.git`, token };
  const publisher = createPublisher({
    ...{ kind: 'pull-request', commitWith: 'git', git, remote, github: api, base, baseCommit: head },
    branch: TRIED_BRANCH,
    spec: { path: 'doctor', hash: '0'.repeat(64) },
    pullRequest: { draft: 'always', labels: [], reviewers: [] },
    refusal: () => undefined,
  });
  const warnings = await publisher.preflight();
  const identity = await api.identity();
  return [
    good(`GitHub: ${owner}/${repo} can be read and pushed to as ${identity}`),
    note('GitHub does not tell whether the token may open pull requests: it needs pull-requests: write.'),
    ...warnings.map((text): Finding => note(text)),
    note(ciNote(identity, 'pull-request')),
  ];
};

async function openClone({ folder, environment, scratch }: Patient) {
  const git = await openGit(folder, path.join(scratch, 'repository.git'), environment);
  return { git, ...(await readCheckout(folder, environment)) };
}

/** Of the runner's variables, else of `origin`, by any of the forms that git takes for GitHub. */
function addressOf(
  origin: string | undefined,
  { GITHUB_REPOSITORY: named, GITHUB_SERVER_URL: server, GITHUB_API_URL: api }: NodeJS.ProcessEnv,
): { owner: string; repo: string; serverUrl: string; apiUrl: string } | undefined {
  const ofOrigin =
    /^(?:https:\/\/(?:[^@/]*@)?|ssh:\/\/git@|git@)([\w.-]+)(?::\d+)?[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      origin ?? '',
    );
  const [ownerNamed, repoNamed] = named?.split('/') ?? [];
  const [owner, repo] = [ownerNamed ?? ofOrigin?.[2], repoNamed ?? ofOrigin?.[3]];
  if (owner === undefined || repo === undefined) return undefined;
  const host = ofOrigin?.[1] ?? 'github.com';
  const serverUrl = server ?? `https://${host}`;
  const apiUrl = api ?? (host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`);
  return { owner, repo, serverUrl, apiUrl };
}

export const REPOSITORY_CHECKS: readonly Check[] = [repository, github];
