// The requirements of the spec in Markdown: what each is proven by, with links to the code and the tests.
import type { Extent } from './layout.js';
import { section, table } from './layout.js';
import { clipped, inlineProse, inlineText } from './markdown-safe.js';
import type { LedgerEntry, RunRecord } from './record.js';
import { sourceLinks } from './source-links.js';
import { CLAIM_WORDS, REQUIREMENT_STATUS, TEST_WORDS } from './wording.js';

/** The ledger; without one, what the model claimed, labelled as unchecked. */
export function requirementsSection(record: RunRecord, extent: Extent): string {
  const { ledger, claims = [], staleRequirements = [] } = record;
  const links = sourceLinks(record, extent);
  const cell = (text: string) => inlineText(clipped(text, extent.maxTextChars));
  const prose = (text: string) => inlineProse(clipped(text, extent.maxTextChars));
  const places = (code: readonly string[]) => code.map((place) => links.place(place)).join(' ');
  if (ledger.length === 0) {
    const rows = claims.map((claim) => [
      links.requirement(claim.id),
      CLAIM_WORDS[claim.status],
      places(claim.code),
      claim.tests.map((name) => links.named(name, {})).join(' '),
      prose(claim.note ?? ''),
    ]);
    return section('Requirements: claimed by the model, not checked', [
      table(['id', 'claimed', 'code', 'tests', 'note'], rows, extent),
    ]);
  }
  const rows = ledger.map((entry) => {
    const { sign, words } = REQUIREMENT_STATUS[entry.status];
    const tests = entry.tests.map(({ name, result, ...place }) => `${links.named(name, place)} ${TEST_WORDS[result]}`);
    return [
      links.requirement(entry.id),
      prose(entry.text),
      `${sign} ${words}`,
      places(entry.code),
      tests.join(', '),
      prose(entry.note ?? ''),
    ];
  });
  const stale =
    staleRequirements.length === 0
      ? ''
      : `Changed in the spec since earlier commits served them, so that their earlier proof is gone: ${staleRequirements.slice(0, extent.maxRows).map(cell).join(', ')}.`;
  const counts = (Object.keys(REQUIREMENT_STATUS) as LedgerEntry['status'][])
    .map((status) => ({ status, count: ledger.filter((entry) => entry.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${REQUIREMENT_STATUS[status].sign} ${count} ${REQUIREMENT_STATUS[status].words}`);
  return section('Requirements', [
    `${counts.join(' · ')}, of ${ledger.length}.`,
    stale,
    table(['id', 'requirement', 'status', 'code', 'tests', 'note'], rows, extent),
  ]);
}
