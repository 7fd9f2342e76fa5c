// What a report says of the spec itself, in Markdown: the remarks of the spec check, and a copy of its task lists ticked
// off by what the ledger proved. The requirements one by one are in sections.ts.
import type { Extent } from './layout.js';
import { bullets } from './layout.js';
import { clipped, foldedBlock, inlineCode, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { specTasks, TASKS_NOTE } from './spec-tasks.js';
import { counted } from './wording.js';

export function specCheckSection({ specCheck = [] }: RunRecord, extent: Extent): string {
  if (specCheck.length === 0) return '';
  const items = specCheck.map(({ rule, file, line, text, requirement }) => {
    const about = requirement === undefined ? '' : `**${inlineText(clipped(requirement, extent.maxTextChars))}:** `;
    const where = `${inlineCode(`${file}:${line}`)} (${inlineText(rule)})`;
    return `${about}${inlineText(clipped(text, extent.maxTextChars))} ${where}`;
  });
  return foldedBlock(
    `Spec check: ${counted(specCheck.length, 'remark')}, none of which decides`,
    bullets(items, extent),
  );
}

/** Every task of the spec with its box as the ledger has it; a task that refers to no requirement as the spec has it. */
export function tasksSection(record: RunRecord, extent: Extent): string {
  const told = specTasks(record);
  if (told === undefined) return '';
  const shown = told.tasks.slice(0, extent.maxRows).map(({ text, depth, isDone }) => {
    return `${'  '.repeat(depth)}- ${isDone ? '[x]' : '[ ]'} ${inlineText(clipped(text, extent.maxTextChars))}`;
  });
  const rest = told.tasks.length - shown.length;
  const body = [...shown, ...(rest === 0 ? [] : [`- … and ${rest} more in \`report.json\``])].join('\n');
  return foldedBlock(
    `Tasks of the spec: ${told.done} of ${told.telling} that refer to requirements are proven`,
    `${body}\n\n${TASKS_NOTE}`,
  );
}
