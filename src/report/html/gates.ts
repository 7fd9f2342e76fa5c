// The gates of the last verification with their complete outputs, and every other output of the run.
import type { GateRecord, RunRecord } from '../record.js';
import { counted, duration, shortId } from '../wording.js';
import { safeHtml, codeName, NOTHING, type Part, type Section, section } from './markup.js';
import type { PageOutputs } from './page-outputs.js';
import { textView } from './page-texts.js';
import { placeOf, type PlaceLink } from './place-links.js';
import { gateId, gateSign, gateTone, gateWord } from './verdict-banner.js';

/** Where things are on the page. */
interface Places {
  outputs: PageOutputs;
  placeLink: PlaceLink;
}

export function gatesSection({ verification, baseline }: RunRecord, places: Places): Section | undefined {
  const gates = verification?.gates ?? [];
  const before = [baseline?.check, baseline?.test, ...(baseline?.gates ?? [])].filter((gate) => gate !== undefined);
  if (gates.length === 0 && before.length === 0) return undefined;
  const onBase =
    before.length === 0
      ? NOTHING
      : safeHtml`<h3>On the base, before the run</h3>
          ${before.map((gate) => gateDetails(gate, `base-${gateId(gate.name)}`, places, false))}`;
  const ran =
    gates.length === 0
      ? safeHtml`<p>No verification ran.</p>`
      : gates.map((gate) => gateDetails(gate, gateId(gate.name), places, gate.status === 'failed'));
  return section(
    'gates',
    'Verification',
    [ran, onBase],
    verification === undefined
      ? NOTHING
      : safeHtml`on a clean checkout of <code title="${verification.commit}">${shortId(verification.commit)}</code>`,
  );
}

function gateDetails(gate: GateRecord, id: string, { outputs, placeLink }: Places, isOpen: boolean): Part {
  const output = outputs.of(gate.output);
  const exit = gate.exitCode === null ? NOTHING : safeHtml`<span>exit code ${gate.exitCode}</span>`;
  const { tests } = gate;
  const besides =
    tests === undefined ? [] : [`${tests.new} new`, `${tests.ignored} ignored`, `${tests.filteredOut} filtered out`];
  const counts = besides.filter((text) => !text.startsWith('0 ')).map((text) => safeHtml`<span>${text}</span> `);
  return safeHtml`<details id="${id}" class="gate" ${isOpen ? safeHtml` open` : NOTHING}>
    <summary>
      <span class="sign ${gateTone(gate)}" aria-hidden="true">${gateSign(gate)}</span> <b>${gate.name}</b>
      <span>${gateWord(gate)}</span>
      <span class="extra">${counts} ${exit} <span>${duration(gate.durationMs)}</span></span>
    </summary>
    <div class="body">
      ${gate.command === '' ? NOTHING : safeHtml`<p class="command"><code>${gate.command}</code></p>`}
      ${bullets(gate.reasons)} ${failures(gate, placeLink)}
      ${
        gate.olderFailures.length === 0
          ? NOTHING
          : safeHtml`<p>Failed before the run too:</p>
              ${bullets(gate.olderFailures)}`
      }
      ${
        output === undefined
          ? safeHtml`<p class="note">
              ${gate.output === '' ? 'No command of its own: judged from the change and the other gates.' : `Its output ${gate.output} is not in the report folder.`}
            </p>`
          : safeHtml`<p class="note">${extent(output.lines)}, <code>${gate.output}</code></p>
              ${textView(output)}`
      }
    </div>
  </details> `;
}

export function outputsSection(outputs: PageOutputs): Section | undefined {
  const items = outputs.all().map(
    ({ file, id, text }) =>
      safeHtml`<details id="${id}" class="output">
        <summary><code>${file}</code> <span class="extra">${extent(text.lines)}</span></summary>
        ${textView(text)}
      </details> `,
  );
  return section('outputs', 'Every command’s output', items.length === 0 ? NOTHING : items, outputs.note());
}

/** Why each test failed, in its own words: nobody should have to look for it in the output. */
function failures({ tests }: GateRecord, placeLink: PlaceLink): Part {
  const { failures: failed = [] } = tests ?? {};
  return failed.map(
    ({ name, executable, path, line, message }) =>
      safeHtml`<div class="remark bad">
        <h4>${codeName(name)} in ${executable} ${path === undefined ? NOTHING : placeLink(placeOf({ path, line }))}</h4>
        ${message === undefined ? NOTHING : safeHtml`<p class="prose message">${message}</p>`}
      </div> `,
  );
}

function extent(lines: number): string {
  return lines === 0 ? 'printed nothing' : counted(lines, 'line');
}

function bullets(texts: readonly string[]): Part {
  return texts.length === 0
    ? NOTHING
    : safeHtml`<ul>
        ${texts.map((text) => safeHtml`<li>${text}</li>`)}
      </ul>`;
}
