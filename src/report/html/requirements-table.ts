// The requirements of the spec: what each is proven by, or what the model claimed where nothing was checked.
import type { RunRecord } from '../record.js';
import { CLAIM_WORDS, REQUIREMENT_STATUS, TEST_WORDS } from '../wording.js';
import { safeHtml, codeName, NOTHING, type Part, type Section, section, table, withCode } from './markup.js';
import { placeOf, type PlaceLink } from './place-links.js';

type Status = RunRecord['ledger'][number]['status'];

const TONES: Record<Status, string> = {
  proven: 'good',
  partly: 'warn',
  unproven: 'bad',
  'not-met': 'bad',
  untestable: 'quiet',
};

/** The ledger, else what was claimed, else the requirements alone. */
export function requirementsSection(record: RunRecord, placeLink: PlaceLink): Section | undefined {
  const { ledger, claims = [], spec } = record;
  const codeList = (places: readonly string[]) => list(places.map((place) => placeLink(place)));
  if (ledger.length > 0) {
    const rows = ledger.map((entry) => {
      const { sign, words } = REQUIREMENT_STATUS[entry.status];
      const tone = TONES[entry.status];
      return [
        safeHtml`<b id="requirement-${entry.id}">${entry.id}</b>`,
        [
          safeHtml`<span class="clause">${withCode(entry.text)}</span>`,
          placeInFolder(entry.id, record),
          entry.note === undefined ? NOTHING : safeHtml`<span class="note">${withCode(entry.note)}</span>`,
        ],
        safeHtml`<span class="status ${tone}"><span aria-hidden="true">${sign}</span> ${words}</span>`,
        codeList(entry.code),
        list(entry.tests.map((test) => [placeLink(placeOf(test), test.name), ' ', testResult(test.result)])),
      ];
    });
    const proven = ledger.filter(({ status }) => status === 'proven').length;
    const body = [stale(record), table(['id', 'requirement', 'status', 'code', 'tests'], rows, 'ledger')];
    return section('requirements', 'Requirements', body, `${proven} of ${ledger.length} proven`);
  }
  if (claims.length > 0) {
    const rows = claims.map(({ id, status, code, tests, note }) => [
      safeHtml`<b>${id}</b>`,
      [
        safeHtml`<span class="clause">${withCode(spec.requirements.find((each) => each.id === id)?.text ?? '')}</span>`,
        placeInFolder(id, record),
        note === undefined ? NOTHING : safeHtml`<span class="note">${withCode(note)}</span>`,
      ],
      safeHtml`<span class="status quiet">claimed: ${CLAIM_WORDS[status]}</span>`,
      codeList(code),
      list(tests.map(codeName)),
    ]);
    const body = table(['id', 'requirement', 'status', 'code', 'tests'], rows, 'ledger');
    return section('requirements', 'Requirements', body, 'claimed by the model, not checked');
  }
  const rows = spec.requirements.map(({ id, text, file, line }) => [
    safeHtml`<b>${id}</b>`,
    withCode(text),
    file === undefined ? String(line) : `${file}:${line}`,
  ]);
  return section(
    'requirements',
    'Requirements',
    table(['id', 'requirement', 'line of the spec'], rows),
    record.outcome === 'unchanged' ? 'not checked by this run' : 'not checked one by one',
  );
}

/** Where a requirement stands in a spec of several files; in a spec of one its id finds it. */
function placeInFolder(id: string, { spec }: RunRecord): Part {
  const { file, line } = spec.requirements.find((each) => each.id === id) ?? {};
  return file === undefined ? NOTHING : safeHtml`<span class="note">${codeName(`${file}:${line}`)}</span>`;
}

function stale({ staleRequirements = [] }: RunRecord): Part {
  if (staleRequirements.length === 0) return NOTHING;
  return safeHtml`<p class="note">
    Changed in the spec since earlier commits served them, so that their earlier proof is gone:
    ${staleRequirements.join(', ')}.
  </p>`;
}

function testResult(result: RunRecord['ledger'][number]['tests'][number]['result']): Part {
  const tone = result === 'ok' ? 'good' : result === 'failed' ? 'bad' : 'warn';
  return safeHtml`<span class="${tone}">${TEST_WORDS[result]}</span>`;
}

function list(items: readonly Part[]): Part {
  return items.length === 0
    ? NOTHING
    : safeHtml`<ul class="plain">
        ${items.map((item) => safeHtml`<li>${item}</li>`)}
      </ul>`;
}
