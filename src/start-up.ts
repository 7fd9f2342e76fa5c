// The first code of every start. As an action it takes the secrets out of the process before anything is loaded that
// could need them: the environment a process was started with stays readable in /proc for its whole life, whatever it
// deletes. Then it starts index.ts; what that does is not known here.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inheritedDescriptors } from './platform/inherited-descriptors.js';

/** Argument of the second start. */
const HANDED_OVER = '--handed-over';
/**
 * What the action or its children need of what runners set and machines have. Everything else stays behind, whatever a
 * workflow may keep in it; names are listed whole, since secrets are called GITHUB_… and RUNNER_… too.
 */
const KEPT_VARIABLES = new RegExp(
  `^(${[
    'GITHUB_(ACTIONS?|ACTION_(PATH|REF|REPOSITORY)|ACTOR|ACTOR_ID|API_URL|BASE_REF|ENV|EVENT_NAME|EVENT_PATH|GRAPHQL_URL)',
    'GITHUB_(HEAD_REF|JOB|OUTPUT|PATH|REF|REF_NAME|REF_PROTECTED|REF_TYPE|REPOSITORY|REPOSITORY_ID|REPOSITORY_OWNER)',
    'GITHUB_(REPOSITORY_OWNER_ID|RETENTION_DAYS|RUN_ATTEMPT|RUN_ID|RUN_NUMBER|SERVER_URL|SHA|STATE|STEP_SUMMARY)',
    'GITHUB_(TRIGGERING_ACTOR|WORKFLOW|WORKFLOW_REF|WORKFLOW_SHA|WORKSPACE)',
    'RUNNER_(ARCH|DEBUG|ENVIRONMENT|NAME|OS|TEMP|TOOL_CACHE|TRACKING_ID|WORKSPACE)|STATE_[a-z]+',
    'CI|PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TERM|TMPDIR',
    '(RUSTUP|CARGO)_HOME|RUSTUP_TOOLCHAIN|CARGO_HTTP_CAINFO',
    '(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO',
  ].join('|')})$`,
);
/** The action's inputs, the key and the token among them: handed over, never in the second start's first environment. */
const INPUTS = /^INPUT_/;

closeInherited();
if (process.env.FERRULE_ENTRY !== 'cli') startAsAction();
await import('./index.js');

/** Closes every file, pipe or socket that came with our start: each of our children would get it, those in a box too. */
function closeInherited(): void {
  if (process.platform !== 'linux') return;
  for (const descriptor of inheritedDescriptors()) closeSync(descriptor);
}

function startAsAction(): void {
  // Without this, whoever may signal us could open the inspector and read everything.
  process.on('SIGUSR1', () => undefined);
  if (process.argv.includes(HANDED_OVER)) takeOver();
  else if (process.execve !== undefined) handOver();
  else delete process.env.NODE_OPTIONS;
}

/**
 * Becomes a new node (same process id) whose environment never held a secret. The inputs reach it as its standard input:
 * a file that has no name any more when they are written. Node before 22.15 cannot do it; GitHub runs the action on 24.
 */
function handOver(): void {
  const folder = mkdtempSync(path.join(process.env.RUNNER_TEMP ?? tmpdir(), 'ferrule-start-'));
  const file = path.join(folder, 'inputs');
  const writer = openSync(file, 'wx', 0o600);
  closeSync(0);
  const reader = openSync(file, 'r');
  rmSync(folder, { recursive: true });
  if (reader !== 0) throw new Error(`The inputs cannot be handed over: descriptor ${reader} instead of 0.`);
  writeFileSync(writer, JSON.stringify(pick(INPUTS)));
  const kept = pick(KEPT_VARIABLES);
  const flags = ['--disable-sigusr1', ...process.execArgv];
  process.execve?.(process.execPath, [process.execPath, ...flags, ...process.argv.slice(1), HANDED_OVER], kept);
}

/** Reads the inputs; what is set here is in this process's memory only, until index.ts has read and deleted it. */
function takeOver(): void {
  const inputs = JSON.parse(readFileSync(0, 'utf8')) as Record<string, string>;
  closeSync(0);
  openSync('/dev/null', 'r'); // takes the lowest free descriptor, so nothing else can become the standard input
  Object.assign(process.env, inputs);
}

function pick(names: RegExp): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries.filter(([name]) => names.test(name)));
}
