// The requirements of the spec: what each is proven by, or what the model claimed where nothing was checked.
import type { RunRecord } from '../record.js';
import { REQUIREMENT_STATUS } from '../wording.js';
import { safeHtml, NOTHING, type Part, type Section, section, table, withCode } from './markup.js';

type Status = RunRecord['ledger'][number]['status'];

const TONES: Record<Status, string> = {
  proven: 'good',
  partly: 'warn',
  unproven: 'bad',
  'not-met': 'bad',
  untestable: 'quiet',
};

/** @param placeLink a place in the code (`path:line`) as a link into the change shown on this page, else as text */
export function requirementsSection(record: RunRecord, placeLink: (place: string) => Part): Section | undefined {
  const { ledger, claims = [], spec } = record;
  if (ledger.length > 0) {
    const rows = ledger.map((entry) => {
      const { sign, words } = REQUIREMENT_STATUS[entry.status];
      const tone = TONES[entry.status];
      return [
        safeHtml`<b id="requirement-${entry.id}">${entry.id}</b>`,
        [
          safeHtml`<span class="clause">${withCode(entry.text)}</span>`,
          entry.note === undefined ? NOTHING : safeHtml`<span class="note">${withCode(entry.note)}</span>`,
        ],
        safeHtml`<span class="status ${tone}"><span aria-hidden="true">${sign}</span> ${words}</span>`,
        list(entry.code.map(placeLink)),
        list(entry.tests.map(({ name, result }) => testName(name, result))),
      ];
    });
    const proven = ledger.filter(({ status }) => status === 'proven').length;
    const body = table(['id', 'requirement', 'status', 'code', 'tests'], rows, 'ledger');
    return section('requirements', 'Requirements', body, `${proven} of ${ledger.length} proven`);
  }
  if (claims.length > 0) {
    const rows = claims.map(({ id, status, code, tests, note }) => [
      safeHtml`<b>${id}</b>`,
      [
        safeHtml`<span class="clause">${withCode(spec.requirements.find((each) => each.id === id)?.text ?? '')}</span>`,
        note === undefined ? NOTHING : safeHtml`<span class="note">${withCode(note)}</span>`,
      ],
      safeHtml`<span class="status quiet">claimed: ${status}</span>`,
      list(code.map(placeLink)),
      list(tests.map((name) => safeHtml`<code>${name}</code>`)),
    ]);
    const body = table(['id', 'requirement', 'status', 'code', 'tests'], rows, 'ledger');
    return section('requirements', 'Requirements', body, 'claimed by the model, not checked');
  }
  const rows = spec.requirements.map(({ id, text, line }) => [safeHtml`<b>${id}</b>`, text, String(line)]);
  return section(
    'requirements',
    'Requirements',
    table(['id', 'requirement', 'line of the spec'], rows),
    'not checked one by one',
  );
}

function testName(name: string, result: 'ok' | 'failed' | 'ignored' | 'not-run'): Part {
  if (result === 'ok') return safeHtml`<code>${name}</code> <span class="good">ok</span>`;
  return safeHtml`<code>${name}</code>
    <span class="${result === 'failed' ? 'bad' : 'warn'}">${result === 'not-run' ? 'did not run' : result}</span>`;
}

function list(items: readonly Part[]): Part {
  return items.length === 0
    ? NOTHING
    : safeHtml`<ul class="plain">
        ${items.map((item) => safeHtml`<li>${item}</li>`)}
      </ul>`;
}
