// report.html: the whole run on one page that needs no network. Puts the parts together, in the order in which a reader
// needs them: verdict, what is open, evidence, then the story. What each part shows is in the file of its name.
import type { RunRecord } from '../record.js';
import { auditSection, newTestsSection } from './audit.js';
import { changeSection, dependenciesSection, publicApiSection } from './change.js';
import { expensesSection, reproduceSection } from './expenses.js';
import { gatesSection, outputsSection } from './gates.js';
import { safeHtml, NOTHING, ownCode, type Part, type Section } from './markup.js';
import { pageCode } from './page-code.js';
import { type OutputSource, PageOutputs } from './page-outputs.js';
import { PageTexts } from './page-texts.js';
import { patchFiles } from './patch-files.js';
import { placeLinks } from './place-links.js';
import { incrementsSection } from './plan.js';
import { questionsSection, recordsSection, summarySection } from './remarks.js';
import { requirementsSection } from './requirements-table.js';
import { sourceWarningsSection, specCheckSection, tasksSection } from './spec-remarks.js';
import { storySection } from './story.js';
import { readStory } from '../turns.js';
import { OUTCOME_WORDS, verdictBanner } from './verdict-banner.js';

export interface PageSources extends OutputSource {
  /** Secrets are masked already, here and in the files. */
  record: RunRecord;
  /** The text of transcript.jsonl; empty when there was no conversation. */
  transcript: string;
  /** The text of change.patch; empty when nothing was changed. */
  patch: string;
}

/** Inputs, results and differences of the page together, in UTF-16 units; beyond, the page names the file. */
const MAX_STORY_CHARS = 15_000_000;

/**
 * The text of report.html, whatever the sources hold. At most some 45 MB: outputs beyond 25 MB and texts of the story
 * beyond 15 million characters are shortened, with a note of the file that has the whole.
 */
export function renderPage(sources: PageSources): string {
  const { record } = sources;
  const texts = new PageTexts(MAX_STORY_CHARS);
  const outputs = new PageOutputs(sources, record, texts);
  const files = patchFiles(sources.patch);
  const story = readStory(sources.transcript);
  const placeLink = placeLinks(files);
  const sections = [
    questionsSection(record),
    sourceWarningsSection(record),
    recordsSection(record, 'deviation'),
    requirementsSection(record, placeLink),
    gatesSection(record, { outputs, placeLink }),
    incrementsSection(record),
    tasksSection(record),
    recordsSection(record, 'assumption'),
    recordsSection(record, 'improvement'),
    auditSection(record, placeLink),
    newTestsSection(record),
    changeSection(files, texts),
    publicApiSection(record),
    dependenciesSection(record),
    summarySection(record),
    specCheckSection(record),
    storySection(story, { texts, outputs }),
    expensesSection(record, story),
    reproduceSection(record),
    outputsSection(outputs),
  ].filter((each) => each !== undefined);
  const { style, script, policy } = pageCode();
  const title = `${OUTCOME_WORDS[record.outcome].words}: ${record.spec.title === '' ? record.spec.path : record.spec.title}`;
  const page = safeHtml`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>${ownCode(style)}</style>
      </head>
      <body>
        <a class="skip" href="#verdict">Skip to the verdict</a>
        ${topBar(record)}
        <div class="columns">
          ${contents(sections)}
          <main id="main">
            <noscript><p class="remark warn">Outputs, differences and search need JavaScript. Without it, read the files
              beside this page: report.md, outputs/, change.patch.</p></noscript>
            ${verdictBanner(record)} ${sections.map(renderSection)}
            <footer>
              <p>Made by Ferrule ${record.environment.ferrule}. This page holds the whole run and loads nothing.</p>
            </footer>
          </main>
        </div>
        ${dialogs()}
        <script>${ownCode(script)}</script>
        ${texts.data()}
      </body>
    </html> `;
  return page.text;
}

function topBar({ outcome, spec }: RunRecord): Part {
  const { words, tone } = OUTCOME_WORDS[outcome];
  return safeHtml`<header class="bar">
    <span class="name">ferrule</span> <span class="status ${tone}">${words}</span>
    <span class="title">${spec.title === '' ? spec.path : spec.title}</span>
    <span class="buttons">
      <button type="button" data-do="search">Search <kbd>/</kbd></button>
      <button type="button" data-do="theme">Theme <kbd>t</kbd></button>
      <button type="button" data-do="help">Keys <kbd>?</kbd></button>
    </span>
  </header> `;
}

function contents(sections: readonly Section[]): Part {
  const items = sections.map(({ id, title }) => safeHtml`<li><a href="#${id}">${title}</a></li> `);
  return safeHtml`<nav class="contents" aria-label="Contents">
    <details open>
      <summary>Contents</summary>
      <ul>
        <li><a href="#verdict">Verdict</a></li>
        ${items}
      </ul>
    </details>
  </nav>`;
}

function renderSection({ id, title, note, body }: Section): Part {
  return safeHtml`<section id="${id}" aria-labelledby="${id}-title" tabindex="-1">
    <h2 id="${id}-title">${title}${note === undefined ? NOTHING : safeHtml` <small>${note}</small>`}</h2>
    ${body}
  </section> `;
}

function dialogs(): Part {
  const keys = [
    ['j', 'next turn'],
    ['k', 'previous turn'],
    ['o', 'open or close the actions of this turn'],
    ['v', 'back to the verdict'],
    ['/', 'search everything'],
    ['t', 'dark or light'],
    ['?', 'this list'],
    ['Esc', 'close'],
  ];
  return safeHtml`<dialog id="search" aria-labelledby="search-title">
      <form method="dialog">
        <h2 id="search-title">Search the run</h2>
        <button type="submit">Close</button>
      </form>
      <input
        type="search"
        id="search-input"
        aria-label="Search outputs, differences, results and the story"
        autocomplete="off"
        spellcheck="false"
      />
      <p id="search-count" role="status"></p>
      <ol id="search-results"></ol>
    </dialog>
    <dialog id="help" aria-labelledby="help-title">
      <form method="dialog">
        <h2 id="help-title">Keys</h2>
        <button type="submit">Close</button>
      </form>
      <dl>
        ${keys.map(
          ([key, does]) =>
            safeHtml`<div>
              <dt><kbd>${key}</kbd></dt>
              <dd>${does}</dd>
            </div>`,
        )}
      </dl>
    </dialog> `;
}
