// Events as GitHub sends them: the recorded payloads of @octokit/webhooks-examples, with the test's own repository in them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SceneRun } from './action-scene.js';

type Payload = Record<string, unknown>;

const FILE = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
const EXAMPLES = JSON.parse(readFileSync(FILE, 'utf8')) as { name: string; examples: Payload[] }[];

/** The first recorded payload of an event with an action (any, when there is none). */
function recorded(name: string, action?: string): Payload {
  const found = EXAMPLES.find((event) => event.name === name)?.examples.find((one) => !action || one.action === action);
  if (found === undefined) throw new Error(`There is no recorded ${name} ${action ?? ''}.`);
  const repository = { ...(found.repository as Payload), full_name: 'octo/demo', name: 'demo', default_branch: 'main' };
  return { ...found, repository };
}

const object = (value: unknown) => value as Payload;

export function pushed(branch: string, before: string, after: string): SceneRun {
  const payload = { ...recorded('push'), ref: `refs/heads/${branch}`, before, after };
  return { event: { name: 'push', payload }, env: { GITHUB_REF: `refs/heads/${branch}`, GITHUB_REF_NAME: branch } };
}

export function dispatched(): SceneRun {
  return {
    event: { name: 'workflow_dispatch', payload: { ...recorded('workflow_dispatch'), ref: 'refs/heads/main' } },
  };
}

/** No webhook: a runner's event file of a schedule holds the line of the workflow, and the repository. */
export function scheduled(): SceneRun {
  return { event: { name: 'schedule', payload: { schedule: '17 2 * * *', repository: recorded('push').repository } } };
}

export function requested(clientPayload: object): SceneRun {
  const payload = { ...recorded('repository_dispatch'), action: 'implement-spec', client_payload: clientPayload };
  return { event: { name: 'repository_dispatch', payload } };
}

export interface PulledEvent {
  number: number;
  branch: string;
  sha: string;
  body?: string;
  /** Login of the app that opened it; somebody of the example's when absent. */
  app?: string;
  action?: 'opened' | 'synchronize';
}

export function pulled({ number, branch, sha, body = '', app, action = 'opened' }: PulledEvent): SceneRun {
  const example = recorded('pull_request', action);
  const pull = object(example.pull_request);
  const repo = { ...object(object(pull.head).repo), full_name: 'octo/demo' };
  const head = { ...object(pull.head), ref: branch, sha, repo };
  const user = app === undefined ? pull.user : { ...object(pull.user), login: app, type: 'Bot' };
  const changed = { ...pull, number, body, user, head, base: { ...object(pull.base), ref: 'main', repo } };
  return {
    event: { name: 'pull_request', payload: { ...example, number, pull_request: changed } },
    env: { GITHUB_REF: `refs/pull/${number}/merge`, GITHUB_REF_NAME: `${number}/merge` },
  };
}

/** @param isPull whether the number is a pull request's */
export function commented(body: string, number: number, isPull: boolean): SceneRun {
  const example = recorded('issue_comment', 'created');
  const author = { ...object(object(example.comment).user), login: 'octocat', type: 'User' };
  const payload = {
    ...example,
    issue: {
      ...object(example.issue),
      number,
      pull_request: isPull ? { url: 'https://api.github.example/pulls' } : undefined,
    },
    comment: { ...object(example.comment), body, user: author },
  };
  return { event: { name: 'issue_comment', payload } };
}

export function reviewCommented(body: string, number: number): SceneRun {
  const example = recorded('pull_request_review_comment', 'created');
  const author = { ...object(object(example.comment).user), login: 'octocat', type: 'User' };
  const payload = {
    ...example,
    pull_request: { ...object(example.pull_request), number },
    comment: { ...object(example.comment), body, user: author },
  };
  return {
    event: { name: 'pull_request_review_comment', payload },
    env: { GITHUB_REF: `refs/pull/${number}/merge`, GITHUB_REF_NAME: `${number}/merge` },
  };
}
