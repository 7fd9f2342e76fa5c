// What the audit found in the change, what answers for it, and what new tests prove on the base's code.
import type { RunRecord } from '../record.js';
import { listed } from '../wording.js';
import { safeHtml, codeName, NOTHING, type Part, type Section, section, table, withCode } from './markup.js';
import { placeOf, type PlaceLink } from './place-links.js';

export function auditSection({ audit, auditSeverities = [] }: RunRecord, placeLink: PlaceLink): Section | undefined {
  const rows = audit.map(({ rule, path, line, text, blocking, liftedBy }) => [
    safeHtml`<span class="status ${blocking ? 'bad' : 'warn'}">${blocking ? 'blocking' : 'warning'}</span>`,
    rule,
    placeLink(placeOf({ path, line })),
    [withCode(text), liftedBy === undefined ? NOTHING : answeredFor(liftedBy)],
  ]);
  const severities = auditSeverities.map(({ rule, severity, from }) => `${rule} ${severity} (${from})`);
  return section('audit', 'Audit of the change', [
    table(['', 'rule', 'place', 'finding'], rows),
    severities.length === 0
      ? NOTHING
      : safeHtml`<p class="note">Severities other than the defaults: ${listed(severities)}.</p>`,
  ]);
}

function answeredFor({ requirement, text }: NonNullable<RunRecord['audit'][number]['liftedBy']>): Part {
  return safeHtml`<span class="note">Does not block because of the <a href="#deviations">deviation</a> on
    ${requirement}: ${withCode(text)}</span>`;
}

/** What the new test files give without the change that they are to prove. */
export function newTestsSection({ newTestsOnBase = [] }: RunRecord): Section | undefined {
  const results = {
    'not-built': 'does not build there',
    unknown: 'not tried, or not to its end',
    ran: 'none of its tests passes there',
  };
  const rows = newTestsOnBase.map(({ path, package: crate, result, passed, output }) => [
    [codeName(path), safeHtml`<span class="note">${crate}</span>`],
    passed.length === 0
      ? results[result]
      : safeHtml`<span class="warn">passing there too, so proving nothing new:</span>
          <ul class="plain">
            ${passed.map((name) => safeHtml`<li>${codeName(name)}</li>`)}
          </ul>`,
    output === undefined ? NOTHING : codeName(output),
  ]);
  const head = ['file', 'without the change', 'output'];
  return section('new-tests', 'New test files', table(head, rows), 'on the base’s code');
}
