// HTML in which everything that is put in is escaped: text can become part of the page only as text. What the page shows
// is decided elsewhere.
import { printableText } from '../../platform/printable-text.js';

/** Markup that is known to be ours; made by `safeHtml` alone. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template. Texts and numbers are escaped, nothing is shown for `undefined`. */
export type Part = Html | string | number | undefined | readonly Part[];

/** A template whose own words are markup and whose parts are text, or markup that was made the same way. */
export function safeHtml(markups: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(markups.map((own, at) => own + markup(parts[at])).join(''));
}

export const NOTHING: Part = undefined;

function markup(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(markup).join('');
  return escaped(printableText(String(part)));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
}

/** JSON that can stand inside a `script` element: no `<`, so neither `</script>` nor `<!--` can be in it. */
export function scriptJson(value: string): Html {
  return new Html(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

/** Style sheets and scripts of this repository, as they are. */
export function ownCode(text: string): Html {
  return new Html(text);
}

/** A link that opens only what GitHub's API or the runner gave: plain text where the address is not one of the web. */
export function webLink(shown: Part, url: string | undefined): Part {
  if (url === undefined || !/^https?:\/\/[^\s<>"']+$/.test(url)) return shown;
  return safeHtml`<a href="${url}" rel="noreferrer">${shown}</a>`;
}

/** A part of the page under a heading of its own. */
export interface Section {
  /** Its address on the page. */
  id: string;
  title: string;
  /** Said beside the title. */
  note: Part;
  body: Part;
}

/** A section; none where there is nothing to show. */
export function section(id: string, title: string, body: Part, note: Part = NOTHING): Section | undefined {
  const isEmpty = body === undefined || (Array.isArray(body) && body.every((part) => part === undefined));
  return isEmpty ? undefined : { id, title, note, body };
}

/**
 * A table that becomes a list of cards on a narrow page: each cell carries the name of its column.
 * @param name by which the style sheet knows the table
 */
export function table(head: readonly string[], rows: readonly (readonly Part[])[], name = 'plain'): Part {
  if (rows.length === 0) return NOTHING;
  return safeHtml`<table class="${name}">
    <thead>
      <tr>
        ${head.map((name) => safeHtml`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          safeHtml`<tr>
            ${row.map((cell, at) => safeHtml`<td data-label="${head[at]}">${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table> `;
}

/** Text as people wrote it: what stands between backticks is shown as code, no other mark is obeyed. */
export function withCode(text: string): Part {
  const parts = text.trim().split(/`([^`\n]+)`/);
  return parts.map((part, at) => (at % 2 === 0 ? part : safeHtml`<code>${part}</code>`));
}

/** A name of code that may be broken where its words end, not within them. */
export function codeName(name: string): Html {
  return safeHtml`<code>${name.split(/(?<=::|[_/](?=[^_/]))/).map((part, at) => (at === 0 ? part : safeHtml`<wbr />${part}`))}</code>`;
}

/** A paragraph of such text, with its line ends kept. */
export function prose(text: string): Html {
  return safeHtml`<p class="prose">${withCode(text)}</p>`;
}
