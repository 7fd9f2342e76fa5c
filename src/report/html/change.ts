// What the run changed: files with their differences, the public interface and new crates.
import type { RunRecord } from '../record.js';
import { counted, listed } from '../wording.js';
import { safeHtml, codeName, NOTHING, type Part, type Section, section, table } from './markup.js';
import type { PageTexts, StoredText } from './page-texts.js';
import { textView } from './page-texts.js';
import type { PatchFile } from './patch-files.js';

/** The id of a file's place on the page. */
export function changedFileId(at: number): string {
  return `file-${at + 1}`;
}

export function changeSection(files: readonly PatchFile[], texts: PageTexts): Section | undefined {
  const shown = files.map((file, at) => {
    const text = texts.addWithinLimit('diff', file.path, file.diff, 'change.patch');
    return changedFile(file, text, changedFileId(at));
  });
  const [added, removed] = [sum(files.map((file) => file.added)), sum(files.map((file) => file.removed))];
  const note = safeHtml`${counted(files.length, 'file')}, ${signs(added, removed)}`;
  return section('change', 'The change', files.length === 0 ? NOTHING : shown, note);
}

function changedFile({ path, status, added, removed }: PatchFile, text: StoredText, id: string): Part {
  return safeHtml`<details id="${id}" class="file">
    <summary>
      <code>${path}</code>${status === 'changed' ? NOTHING : safeHtml` <span class="tag">${status}</span>`}
      ${signs(added, removed)}
    </summary>
    ${textView(text)}
  </details> `;
}

/** `+3 −1`, in the colours of a difference. */
export function signs(added: number, removed: number): Part {
  return safeHtml`<span class="signs">${added === 0 ? NOTHING : safeHtml`<span class="good">+${added}</span>`}
    ${removed === 0 ? NOTHING : safeHtml`<span class="bad">−${removed}</span>`}</span>`;
}

export function publicApiSection({ publicApi = [] }: RunRecord): Section | undefined {
  const tones = { added: 'good', changed: 'warn', removed: 'bad' };
  const rows = publicApi.map(({ crate, kind, item, before, after, note }) => [
    safeHtml`<span class="status ${tones[kind]}">${kind}</span>`,
    [
      safeHtml`<code>${crate}::${item}</code>`,
      note === undefined ? NOTHING : safeHtml`<span class="note">${note}</span>`,
    ],
    [
      before === undefined ? NOTHING : safeHtml`<code class="signature before">${before}</code>`,
      after === undefined ? NOTHING : safeHtml`<code class="signature">${after}</code>`,
    ],
  ]);
  const counts = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
    const count = publicApi.filter((each) => each.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  return section('public-api', 'Public API', table(['', 'item', 'signature'], rows), counts.join(', '));
}

export function dependenciesSection({ dependencies }: RunRecord): Section | undefined {
  const rows = dependencies.map((crate) => [
    safeHtml`<b>${crate.name}</b> ${crate.version}`,
    [
      codeName(crate.source),
      crate.checksum === undefined
        ? NOTHING
        : safeHtml`<span class="note">sha256 <code title="${crate.checksum}">${crate.checksum.slice(0, 12)}</code></span>`,
    ],
    crate.inspected === false ? 'unknown' : (crate.license ?? 'not stated'),
    buildTimeCode(crate),
    crate.direct === undefined ? NOTHING : crate.direct ? 'directly' : 'by another crate',
    (crate.features ?? []).map((name, at) => [at === 0 ? '' : ', ', codeName(name)]),
  ]);
  return section(
    'dependencies',
    'New dependencies',
    table(['crate', 'source', 'license', 'code at build time', 'needed', 'features'], rows),
  );
}

function buildTimeCode({ inspected, buildScript, procMacro }: RunRecord['dependencies'][number]): Part {
  if (inspected === false) return safeHtml`<span class="warn">unknown</span>, its source was not there to read`;
  const kinds = [...(buildScript ? ['build script'] : []), ...(procMacro === true ? ['procedural macro'] : [])];
  return kinds.length === 0 ? 'none' : safeHtml`<span class="warn">${listed(kinds)}</span>`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
