// The long texts of the page: outputs, results, differences. They lie in it as data and become lines only when somebody
// opens them, so that a page of 20 MB opens at once. Which texts there are is decided elsewhere.
import { outputLines } from '../excerpt.js';
import { colouredText } from '../../platform/printable-text.js';
import { type Html, safeHtml, type Part, scriptJson } from './markup.js';

type TextKind = 'output' | 'plain' | 'diff';

export interface StoredText {
  id: string;
  kind: TextKind;
  title: string;
  lines: number;
}

/** What a text is shortened to once the others have used up the page's room. */
const LEAST_CHARS = 2_000;

/** Takes texts up to a limit; hands out the places where they are shown and, at the end, all of them as data. */
export class PageTexts {
  private readonly blocks: Html[] = [];
  private charsLeft: number;

  /** @param maxChars all texts of `addWithinLimit` together, in UTF-16 units */
  constructor(maxChars: number) {
    this.charsLeft = maxChars;
  }

  /** A text as it is. Whoever adds it keeps its size within limits. */
  add(kind: TextKind, title: string, text: string): StoredText {
    const shown = kind === 'diff' ? visibleLines(text) : kind === 'output' ? colouredText(text) : visibleLines(text);
    const id = `text-${this.blocks.length + 1}`;
    this.blocks.push(
      safeHtml`<script type="application/json" id="${id}" data-title="${title}" data-kind="${kind}">
        ${scriptJson(shown)}
      </script> `,
    );
    return { id, kind, title, lines: outputLines(shown).length };
  }

  /** A text of the story; once the page is full, its beginning and a line that names the file with the whole of it. */
  addWithinLimit(kind: TextKind, title: string, text: string, wholeIn: string): StoredText {
    const kept = Math.max(LEAST_CHARS, this.charsLeft);
    this.charsLeft -= Math.min(text.length, kept);
    const whole = text.length <= kept;
    const shown = whole ? text : `${text.slice(0, kept)}\n[… ${text.length - kept} more characters, see ${wholeIn} …]`;
    return this.add(kind, title, shown);
  }

  /** The data of all texts, for the end of the page. */
  data(): Part {
    return this.blocks;
  }
}

/** Where a text is shown once its surroundings are opened. Several places may show the same text. */
export function textView({ id, title, kind }: StoredText): Html {
  return safeHtml`<div class="text-view" data-text="${id}" data-kind="${kind}" role="group" aria-label="${title}"></div>`;
}

// In a difference nothing may be invisible: a reviewer has to see that a line holds a direction override or a zero-width
// space, and a carriage return must not look like the end of a line. Tabs and line ends stay.
const INVISIBLE = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function visibleLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(INVISIBLE, (found) => `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}
