// The hashes by which specs, requirements and agent files are recognised from run to run.
import { createHash } from 'node:crypto';

/** `sha256:<hex>` of a text's UTF-8 bytes. */
export function contentHash(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}

/**
 * A text as the hash of a spec sees it: no byte order mark, line ends as `\n`, no trailing white space on lines or at
 * the ends of the text, and the boxes of task list items (`- [x]`) unticked, so that ticking them off changes no hash.
 */
export function normaliseText(text: string): string {
  // Line by line: a pattern for trailing white space over the whole text takes quadratic time on a long run of spaces.
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd().replace(/^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[xX]\]/, '$1[ ]'));
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  return first === -1 ? '' : lines.slice(first, last + 1).join('\n');
}
