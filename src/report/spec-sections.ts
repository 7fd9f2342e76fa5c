// What a report says of the spec itself, in Markdown: the remarks of the spec check, and a copy of its task lists ticked
// off by what the ledger proved. The requirements one by one are in sections.ts.
import type { Extent } from './layout.js';
import { bullets } from './layout.js';
import { clipped, foldedBlock, inlineCode, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { counted } from './wording.js';

type Task = NonNullable<RunRecord['spec']['tasks']>[number];

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
export function tasksSection({ spec: { tasks = [] }, ledger }: RunRecord, extent: Extent): string {
  if (tasks.length === 0 || ledger.length === 0) return '';
  const proven = new Set(ledger.filter(({ status }) => status === 'proven').map(({ id }) => id));
  const telling = tasks.filter(({ requirements }) => requirements.length > 0);
  const done = telling.filter((task) => isDone(task, proven)).length;
  const shown = tasks.slice(0, extent.maxRows).map((task) => {
    const box = isDone(task, proven) ? '[x]' : '[ ]';
    return `${'  '.repeat(task.depth)}- ${box} ${inlineText(clipped(task.text, extent.maxTextChars))}`;
  });
  const rest = tasks.length - shown.length;
  const note =
    'A box is ticked when the ledger proves every requirement that its task refers to. Tasks that refer to none are as the spec has them; the spec itself was not changed.';
  const body = [...shown, ...(rest === 0 ? [] : [`- … and ${rest} more in \`report.json\``])].join('\n');
  return foldedBlock(
    `Tasks of the spec: ${done} of ${telling.length} that refer to requirements are proven`,
    `${body}\n\n${note}`,
  );
}

function isDone({ requirements, ticked }: Task, proven: ReadonlySet<string>): boolean {
  return requirements.length === 0 ? ticked : requirements.every((id) => proven.has(id));
}
