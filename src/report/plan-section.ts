// The plan of a run in Markdown: what was built and what is still open, and how the plan came to be what it is.
import type { Extent } from './layout.js';
import { bullets, section } from './layout.js';
import { clipped, foldedBlock, inlineCode, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { counted, shortId } from './wording.js';

type Increment = NonNullable<RunRecord['plans']>[number]['increments'][number];

/** The plan as it stands, completed increments ticked; earlier versions folded. Without a plan, what was built. */
export function planSection({ plans = [], increments }: RunRecord, extent: Extent): string {
  const present = plans.at(-1);
  if (present === undefined)
    return section('What was built', [
      bullets(
        increments.map((increment) => described(increment, extent)),
        extent,
      ),
    ]);
  const ofPresent = new Set(present.increments.map(({ commit }) => commit));
  const before = increments.filter(({ commit }) => !ofPresent.has(commit));
  const items = [...before, ...present.increments].map((increment) => ticked(increment, extent));
  return section('What was planned and built', [bullets(items, extent), earlierVersions(plans.slice(0, -1), extent)]);
}

function earlierVersions(versions: NonNullable<RunRecord['plans']>, extent: Extent): string {
  if (versions.length === 0) return '';
  const parts = versions.slice(0, extent.maxRows).map(({ turn, at, increments }, i) => {
    const items = increments.map((increment) => ticked(increment, extent));
    return `**Version ${i + 1}**, turn ${turn}, ${inlineText(at)}\n\n${bullets(items, extent)}`;
  });
  if (versions.length > parts.length)
    parts.push(`… and ${versions.length - parts.length} more versions in \`report.json\`.`);
  return foldedBlock(`The plan was revised ${counted(versions.length, 'time')}`, parts.join('\n\n'));
}

function ticked(increment: Increment, extent: Extent): string {
  return `[${increment.commit === undefined ? ' ' : 'x'}] ${described(increment, extent)}`;
}

function described({ title, commit, requirements }: Increment, extent: Extent): string {
  const ids =
    requirements.length === 0 ? '' : ` – ${inlineText(clipped(requirements.join(', '), extent.maxTextChars))}`;
  const where = commit === undefined ? '' : ` (${inlineCode(shortId(commit))})`;
  return `${inlineText(clipped(title, extent.maxTextChars))}${where}${ids}`;
}
