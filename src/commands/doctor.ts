// `ferrule doctor`: asks everything that a run needs, one line each, with what mends it. Nothing is changed or installed; the
// checks are machine-checks.ts, repository-checks.ts and server-checks.ts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError, messageOf } from '../errors.js';
import type { Check, Finding, Patient } from './check.js';
import type { Command } from './command.js';
import { UsageError, readWords } from './command.js';
import { MACHINE_CHECKS } from './machine-checks.js';
import { REPOSITORY_CHECKS } from './repository-checks.js';
import { SERVER_CHECKS, SERVER_OPTIONS } from './server-checks.js';

const SIGNS = { good: '✔', bad: '✘', note: '·' } as const;
const CHECKS: readonly Check[] = [...MACHINE_CHECKS, ...REPOSITORY_CHECKS, ...SERVER_CHECKS];

export const DOCTOR: Command = {
  name: 'doctor',
  usage: '[--anthropic-base-url URL] [--model MODEL]',
  summary: 'say what this machine and repository lack for a run, each with what mends it',
  details: `Looks at node, git, disk, the Rust toolchain, the sandbox (by its own self-test), the repository, GitHub and the model's
server. Nothing is installed or changed. GitHub is asked only with a token in GITHUB_TOKEN or GH_TOKEN: whether the branch
could be pushed is tried without pushing. The model's server is asked only with a key in ANTHROPIC_API_KEY: one call of at
most 100 tokens, for a fraction of a cent, and questions that cost nothing.

  ✔ good   ✘ to be mended before a run   · to know`,
  async start(words, world) {
    const { positionals, values } = readWords(words, SERVER_OPTIONS);
    if (positionals.length > 0) throw new UsageError('doctor takes no words but its options. See ferrule help doctor.');
    const scratch = await mkdtemp(path.join(tmpdir(), 'ferrule-doctor-'));
    const patient: Patient = { folder: world.folder, environment: world.environment, scratch, options: values };
    let isWell = true;
    try {
      for (const check of CHECKS)
        for (const { kind, text } of await findingsOf(check, patient)) {
          world.print(`${SIGNS[kind]} ${text}`);
          if (kind === 'bad') isWell = false;
        }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return isWell ? 0 : 1;
  },
};

/** What forbids a run is a finding here, not the end: the next check may find more. */
async function findingsOf(check: Check, patient: Patient): Promise<Finding[]> {
  try {
    return await check(patient);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ kind: 'bad', text: messageOf(error) }];
  }
}
