// What was built and what the plan still holds, and how the plan came to be what it is.
import { ownBuild } from '../own-build.js';
import type { RunRecord } from '../record.js';
import { counted, shortId } from '../wording.js';
import { safeHtml, NOTHING, type Part, type Section, section } from './markup.js';

type Increment = NonNullable<RunRecord['plans']>[number]['increments'][number];

export function incrementsSection(record: RunRecord): Section | undefined {
  const { increments, plans = [] } = record;
  const open = (plans.at(-1)?.increments ?? []).filter(({ commit }) => commit === undefined);
  const items = [...increments, ...open].map((increment) => incrementItem(increment, ownBuildNote(increment, record)));
  const earlier = plans.slice(0, -1);
  if (items.length === 0 && earlier.length === 0) return undefined;
  return section(
    'increments',
    plans.length === 0 ? 'What was built' : 'What was planned and built',
    [list(items), earlierVersions(earlier)],
    open.length === 0 ? NOTHING : `${open.length} still open`,
  );
}

function incrementItem({ title, commit, requirements }: Increment, build: Part): Part {
  const [tone, sign, state] = commit === undefined ? ['quiet', '○', 'open'] : ['good', '✔', 'built'];
  return safeHtml`<li>
    <span class="sign ${tone}" role="img" aria-label="${state}">${sign}</span> <b>${title}</b>
    ${commit === undefined ? NOTHING : safeHtml`<code title="${commit}">${shortId(commit)}</code>`} ${build}
    ${requirements.length === 0 ? NOTHING : safeHtml`<span class="note">${requirements.join(', ')}</span>`}
  </li> `;
}

function ownBuildNote(increment: Increment, record: RunRecord): Part {
  switch (ownBuild(increment, record)) {
    case 'builds':
      return safeHtml`<small>builds on its own</small>`;
    case 'fails':
      return safeHtml`<span class="warn">does not build on its own</span>`;
    case 'unchecked':
      return safeHtml`<small>not checked whether it builds on its own</small>`;
    case 'earlier':
      return safeHtml`<small>by an earlier run</small>`;
    case undefined:
      return NOTHING;
  }
}

function earlierVersions(versions: NonNullable<RunRecord['plans']>): Part {
  if (versions.length === 0) return NOTHING;
  return safeHtml`<details>
    <summary>The plan was revised ${counted(versions.length, 'time')}</summary>
    <div class="body">
      ${versions.map(
        ({ turn, at, increments }, i) =>
          safeHtml`<h4>Version ${i + 1}, turn ${turn}, ${at}</h4>
            ${list(increments.map((increment) => incrementItem(increment, NOTHING)))}`,
      )}
    </div>
  </details>`;
}

function list(items: readonly Part[]): Part {
  return items.length === 0
    ? NOTHING
    : safeHtml`<ul class="increments">
        ${items}
      </ul>`;
}
