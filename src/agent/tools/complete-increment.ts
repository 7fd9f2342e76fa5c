// Ends an increment: check and test by the harness, and a commit only when both pass.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { objectionToSubject } from '../commit-subject.js';
import { defineTool } from './tool.js';

export const completeIncrement = defineTool({
  name: 'complete_increment',
  description:
    'Runs cargo check and cargo test on everything and commits the work as one commit when both pass; otherwise returns what failed and commits nothing. ' +
    'The first line of the message is a factual subject in the imperative, at most 72 characters.',
  input: z.object({
    title: z.string().min(1).max(200).describe('The planned increment this completes, by its title.'),
    commit_message: z.string().min(1).max(4_000),
  }),
  run: async ({ title, commit_message }, { notebook, unread, completeIncrement: complete }) => {
    const objection = objectionToSubject(commit_message.split('\n')[0] ?? '');
    if (objection !== undefined) throw new ToolError(`commit_message: ${objection}`);
    unread.requireNone('complete_increment');
    const planned = notebook.openIncrements.find((increment) => increment.title === title);
    const requirements = planned?.requirements ?? [];
    const left = notebook.openIncrements.filter((increment) => increment !== planned);
    const result = await complete({ title, commitMessage: commit_message, requirements, planned: left });
    switch (result.kind) {
      case 'nothing-to-commit':
        throw new ToolError('Nothing has changed since the last commit, so there is nothing to complete.');
      case 'not-green':
        return { failed: `Not committed.\n${result.text}` };
      case 'committed':
        notebook.complete({ title, requirements, commit: result.commit });
        return [
          `Committed ${result.commit.slice(0, 12)}. ${result.text}`,
          ...(planned ? [] : ['The plan has no increment of this title, so the commit names no requirements.']),
          ...remaining(notebook.openIncrements),
        ].join('\n');
    }
  },
});

function remaining(open: readonly { title: string }[]): string[] {
  return open.length > 0 ? [`Still planned: ${open.map((increment) => increment.title).join('; ')}.`] : [];
}
