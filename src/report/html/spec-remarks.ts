// What the page says of the spec itself: what came up while it was read, the remarks of the spec check, and its task lists
// ticked off by what was proven. Its requirements one by one are in requirements-table.ts.
import type { RunRecord } from '../record.js';
import { specTasks, TASKS_NOTE } from '../spec-tasks.js';
import { counted } from '../wording.js';
import { safeHtml, codeName, NOTHING, prose, type Section, section, table, withCode } from './markup.js';

/** Above all hidden text: what the reviewer of spec or standards did not see, and whether the model did. */
export function sourceWarningsSection({ sourceWarnings = [] }: RunRecord): Section | undefined {
  const items = sourceWarnings.map((text) => safeHtml`<li class="remark warn">${prose(text)}</li> `);
  return section(
    'source-warnings',
    'Noticed while reading',
    items.length === 0
      ? NOTHING
      : safeHtml`<ul class="remarks">
          ${items}
        </ul>`,
    'spec, agent file and standards',
  );
}

export function specCheckSection({ specCheck = [] }: RunRecord): Section | undefined {
  const rows = specCheck.map(({ rule, file, line, text, requirement }) => [
    safeHtml`<b>${requirement ?? ''}</b>`,
    withCode(text),
    codeName(`${file}:${line}`),
    rule,
  ]);
  const note = `${counted(specCheck.length, 'remark')}, none of which decides`;
  return section('spec-check', 'Spec check', table(['requirement', 'remark', 'place', 'rule'], rows), note);
}

export function tasksSection(record: RunRecord): Section | undefined {
  const told = specTasks(record);
  if (told === undefined) return undefined;
  const items = told.tasks.map(({ text, depth, requirements, isDone }) => {
    const [tone, sign, state] = isDone ? ['good', '☑', 'done'] : ['quiet', '☐', 'open'];
    return safeHtml`<li class="depth-${Math.min(depth, 3)}">
      <span class="sign ${tone}" role="img" aria-label="${state}">${sign}</span> <span>${withCode(text)} <small>${requirements.join(', ')}</small></span>
    </li> `;
  });
  return section(
    'tasks',
    'Tasks of the spec',
    [
      safeHtml`<ul class="tasks">
        ${items}
      </ul>`,
      safeHtml`<p class="note">${TASKS_NOTE}</p>`,
    ],
    `${told.done} of ${told.telling} that refer to requirements are proven`,
  );
}
