// What has to be known beside the commands that repeat a verification, in the words that every rendering uses.
import type { RunRecord } from './record.js';
import { verdictCommit } from './verdict-commit.js';
import { shortId } from './wording.js';

/** Sentences with code between backticks. */
export function reproductionNotes(record: RunRecord): string[] {
  const notes: string[] = [];
  if (record.reproduce.includes('git apply change.patch'))
    notes.push('`change.patch` is in the report folder of the run: this work is on no branch.');
  const verdict = verdictCommit(record);
  if (verdict !== undefined)
    notes.push(
      `\`${shortId(verdict.commit)}\` adds the verdict alone: its tree is that of \`${shortId(verdict.verified)}\`, as verified.`,
    );
  return notes;
}

/** What stands above the commands, or above the tools alone where a run verified nothing. */
export function reproductionTitle({ reproduce }: RunRecord): string {
  return reproduce.length === 0 ? 'Made with' : 'How to reproduce';
}
