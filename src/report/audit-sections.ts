// What the audit found and what answers for it, in Markdown: deviations from the spec, which have to be seen, and the
// findings themselves.
import type { Extent } from './layout.js';
import { belowItem, bullets, recordText, section } from './layout.js';
import { clipped, inlineProse, inlineText, warningBlock } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { sourceLinks } from './source-links.js';
import { counted, listed } from './wording.js';

type AuditEntry = RunRecord['audit'][number];

/** Each deviation with the findings that do not block because of it. */
export function deviationsSection(record: RunRecord, extent: Extent): string {
  const { records, audit } = record;
  const items = records
    .filter(({ kind }) => kind === 'deviation')
    .map((deviation) => {
      const lifted = audit.filter(({ liftedBy }) => isSame(liftedBy, deviation));
      const findings = bullets(
        lifted.map((entry) => `does not block because of it: ${described(entry, record, extent)}`),
        extent,
      );
      return `${recordText(deviation, extent)}${findings === '' ? '' : `\n${belowItem(findings)}`}`;
    });
  return section('Deviations from the spec', [items.length === 0 ? '' : warningBlock(bullets(items, extent))]);
}

/** The findings that no deviation answers for, and what was set about the rules. */
export function auditSection(record: RunRecord, extent: Extent): string {
  const { audit, auditSeverities = [] } = record;
  const lifted = audit.filter(({ liftedBy }) => liftedBy !== undefined).length;
  const items = audit
    .filter(({ liftedBy }) => liftedBy === undefined)
    .map((entry) => `${entry.blocking ? '**blocking** ' : ''}${described(entry, record, extent)}`);
  const set = auditSeverities
    .slice(0, extent.maxRows)
    .map(({ rule, severity, from }) => `${inlineText(rule)} ${severity} (${inlineText(clipped(from, 300))})`);
  const rest = auditSeverities.length - set.length;
  const severities = [...set, ...(rest === 0 ? [] : [`${rest} more`])];
  return section('Audit of the change', [
    bullets(items, extent),
    lifted === 0 ? '' : `${counted(lifted, 'finding')} with a deviation that answers for it: see there.`,
    severities.length === 0 ? '' : `Severities other than the defaults: ${listed(severities)}.`,
  ]);
}

function described({ rule, path, line, text }: AuditEntry, record: RunRecord, extent: Extent): string {
  const place = sourceLinks(record, extent).place(line === undefined ? path : `${path}:${line}`);
  return `${inlineText(rule)} at ${place}: ${inlineProse(clipped(text, extent.maxTextChars))}`;
}

function isSame(liftedBy: AuditEntry['liftedBy'], { requirement, text }: RunRecord['records'][number]): boolean {
  return liftedBy !== undefined && liftedBy.requirement === requirement && liftedBy.text === text;
}
