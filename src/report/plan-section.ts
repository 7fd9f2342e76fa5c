// The plan of a run in Markdown: what was built and what is still open, and how the plan came to be what it is.
import type { Extent } from './layout.js';
import { bullets, section } from './layout.js';
import { clipped, foldedBlock, inlineText } from './markdown-safe.js';
import { ownBuild } from './own-build.js';
import type { RunRecord } from './record.js';
import { sourceLinks, type SourceLinks } from './source-links.js';
import { counted } from './wording.js';

type Increment = NonNullable<RunRecord['plans']>[number]['increments'][number];

/** What was completed, in the order of the commits, then what the plan still holds; its earlier versions folded. */
export function planSection(record: RunRecord, extent: Extent): string {
  const { plans = [], increments } = record;
  if (plans.length === 0) {
    const built = increments.map((increment) => shown(increment, record, extent));
    return section('What was built', [bullets(built, extent)]);
  }
  const earlier = earlierVersions(plans.slice(0, -1), extent, sourceLinks(record, extent));
  return section('What was planned and built', [bullets(planItems(record, extent), extent), earlier]);
}

/** The checklist: what was completed, ticked, then what the plan still holds. */
export function planItems(record: RunRecord, extent: Extent): string[] {
  const open = (record.plans?.at(-1)?.increments ?? []).filter(({ commit }) => commit === undefined);
  return [...record.increments, ...open].map((increment) => `${tick(increment)} ${shown(increment, record, extent)}`);
}

function shown(increment: Increment, record: RunRecord, extent: Extent): string {
  const build = ownBuild(increment, record);
  return `${described(increment, extent, sourceLinks(record, extent))}${build === undefined ? '' : OWN_BUILD[build]}`;
}

const OWN_BUILD = {
  builds: ', builds on its own',
  fails: ', **does not build on its own**',
  unchecked: ', not checked whether it builds on its own',
  earlier: ', by an earlier run',
};

function earlierVersions(versions: NonNullable<RunRecord['plans']>, extent: Extent, links: SourceLinks): string {
  if (versions.length === 0) return '';
  const parts = versions.slice(0, extent.maxRows).map(({ turn, at, increments }, i) => {
    const items = increments.map((increment) => `${tick(increment)} ${described(increment, extent, links)}`);
    return `**Version ${i + 1}**, turn ${turn}, ${inlineText(at)}\n\n${bullets(items, extent)}`;
  });
  if (versions.length > parts.length)
    parts.push(`… and ${versions.length - parts.length} more versions in \`report.json\`.`);
  return foldedBlock(`The plan was revised ${counted(versions.length, 'time')}`, parts.join('\n\n'));
}

function tick({ commit }: Increment): string {
  return commit === undefined ? '[ ]' : '[x]';
}

function described({ title, commit, requirements }: Increment, extent: Extent, links: SourceLinks): string {
  const ids =
    requirements.length === 0 ? '' : ` – ${inlineText(clipped(requirements.join(', '), extent.maxTextChars))}`;
  const where = commit === undefined ? '' : ` (${links.commit(commit)})`;
  return `${inlineText(clipped(title, extent.maxTextChars))}${where}${ids}`;
}
