// Checks names of accounts in inputs: people, teams, bots. Whether an account exists is not asked here.
import { refuse } from './input-values.js';

/** A login, or a team as `organisation/team`. */
export function readReviewer(value: string): string {
  const name = value.replace(/^@/, '');
  if (/^[\w-]+(\/[\w.-]+)?$/.test(name)) return name;
  return refuse('reviewers', value, "a login or a team, such as 'octocat' or 'octo-org/reviewers'");
}

/** The exact login of a bot. */
export function readBot(value: string): string {
  if (/^[\w-]+\[bot\]$/.test(value)) return value;
  return refuse('allowed-bots', value, "the exact login of a bot, such as 'dependabot[bot]'");
}
