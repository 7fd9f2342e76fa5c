// Makes the model's words safe where GitHub acts on plain text: commit messages and titles of pull requests (a squash
// merge makes a commit message of the title). Texts that are Markdown are the report's affair.
import { printableText } from '../platform/printable-text.js';

/** Written in brackets anywhere in a message, these keep GitHub from starting any check of the push. */
const SKIPS_CHECKS = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi;
/**
 * A keyword with a reference closes the issue once the commit is on the default branch:
 * https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
const CLOSES =
  /\b(clos(?:e[sd]?)|fix(?:e[sd])?|resolve[sd]?)(\s*:\s*|\s+)(?=(?:[\w.-]+\/[\w.-]+)?#\d|GH-\d|https?:\/\/\S+\/(?:issues|pull)\/\d)/gi;
/** Notifies people. An address such as `a@b.c` and Rust's `x @ 1..=5` do not. */
const MENTIONS = /(?<![\w.+-])@(?=[a-z\d])/gi;
/** A line that bots take for a command of theirs: `/approve`. */
const COMMANDS = /^([^\S\n]*)\/(?=\p{L})/gmu;

/** Several lines of printable text that says what it said and makes nothing happen. Applying it again changes nothing. */
export function inertText(text: string): string {
  return printableText(text)
    .replace(SKIPS_CHECKS, '($1)')
    .replace(CLOSES, '$1$2issue ')
    .replace(MENTIONS, '@ ')
    .replace(COMMANDS, '$1- /');
}

/** The same on one line of at most `maxChars` characters. */
export function inertLine(text: string, maxChars: number): string {
  const line = inertText(text).replaceAll(/\s+/g, ' ').trim();
  if (line.length <= maxChars) return line;
  return `${line.slice(0, maxChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
