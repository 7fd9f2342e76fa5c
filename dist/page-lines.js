// Makes elements of the lines of a text: the colours of a command's output, what cargo's lines mean, the two sides of a
// difference. Text only ever becomes a text node. The scripts of this folder run in the browser as one, in the order
// given in page-code.ts; none of them knows the network.

/** What a line of cargo's or rustc's output says, by its form. */
const MEANINGS = /** @type {const} */ ([
  [
    'is-bad',
    /^\s*(?:error(?:\[\w+\])?:|test result: FAILED|test .* \.\.\. FAILED|thread '.*' .*panicked at|---- .* ----$|failures:$)/,
  ],
  ['is-warn', /^\s*warning(?:\[\w+\])?:/],
  ['is-good', /^\s*test result: ok/],
  ['is-quiet', /^\s*test .* \.\.\. ignored/],
  [
    'is-step',
    /^ {3,}(?:Compiling|Checking|Finished|Running|Doc-tests|Documenting|Updating|Adding|Locking|Downloaded|Creating|Removing) /,
  ],
]);
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ANSI = /\x1b\[([\d;]*)m/g;

/**
 * A line of a command's output. Colours begin anew on each line.
 * @param {string} text
 */
function outputLine(text) {
  const line = lineElement(MEANINGS.find(([, form]) => form.test(plainText(text)))?.[0]);
  let at = 0;
  /** @type {Set<string>} */
  const style = new Set();
  const put = (/** @type {string} */ part) => {
    if (part === '') return;
    if (style.size === 0) return line.append(part);
    const span = document.createElement('span');
    span.className = [...style].join(' ');
    span.textContent = part;
    line.append(span);
  };
  for (const found of text.matchAll(ANSI)) {
    put(text.slice(at, found.index));
    at = found.index + found[0].length;
    restyle(style, (found[1] ?? '').split(';').map(Number));
  }
  put(text.slice(at));
  return line;
}

/**
 * @param {Set<string>} style
 * @param {number[]} codes
 */
function restyle(style, codes) {
  const dropColour = () => COLOURS.forEach((name) => style.delete(`ink-${name}`));
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) style.clear();
    else if (code === 1) style.add('ink-bold');
    else if (code === 2) style.add('ink-faint');
    else if (code === 3) style.add('ink-italic');
    else if (code === 4) style.add('ink-underlined');
    else if (code === 22) ['ink-bold', 'ink-faint'].forEach((name) => style.delete(name));
    else if (code === 23) style.delete('ink-italic');
    else if (code === 24) style.delete('ink-underlined');
    else if (code === 39) dropColour();
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      dropColour();
      style.add(`ink-${COLOURS[code % 10]}`);
    } else if (code === 38) {
      const name = COLOURS[(codes[i + 2] ?? 0) % 8];
      dropColour();
      if (codes[i + 1] === 5 && (codes[i + 2] ?? 16) < 16) style.add(`ink-${name}`);
      i += 2;
    }
  }
}

/**
 * Without colours.
 * @param {string} text
 */
function plainText(text) {
  return text.includes('\x1b') ? text.replace(ANSI, '') : text;
}

/**
 * What a line of a difference is: its numbers before and after, empty where it has none, and the line that it replaces or
 * is replaced by.
 * @typedef {{ meaning: string, before: string, after: string, other?: number }} DiffRow
 */

/**
 * Reads the lines of a difference in one pass; nothing is drawn. Where hunks carry no numbers, lines have none.
 * @param {readonly string[]} lines
 */
function diffRows(lines) {
  let [before, after, isNumbered] = [0, 0, false];
  const number = (/** @type {number} */ of) => (isNumbered ? String(of) : '');
  /** @type {DiffRow[]} */
  const rows = lines.map((text) => {
    const hunk = /^@@ (?:-(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@)?/.exec(text);
    if (hunk !== null) {
      isNumbered = hunk[1] !== undefined;
      [before, after] = [Number(hunk[1] ?? 0), Number(hunk[2] ?? 0)];
      return { meaning: 'is-hunk', before: '', after: '' };
    }
    if (text.startsWith('+')) return { meaning: 'is-added', before: '', after: number(after++) };
    if (text.startsWith('-')) return { meaning: 'is-removed', before: number(before++), after: '' };
    if (text.startsWith('\\')) return { meaning: 'is-quiet', before: '', after: '' };
    return { meaning: '', before: number(before++), after: number(after++) };
  });
  pairReplaced(rows);
  return rows;
}

/**
 * Lines replace each other by their place in a block of as many removed as added lines.
 * @param {DiffRow[]} rows
 */
function pairReplaced(rows) {
  for (let first = 0; first < rows.length;) {
    const removedEnd = endOfRun(rows, first, 'is-removed');
    const addedEnd = endOfRun(rows, removedEnd, 'is-added');
    const size = removedEnd - first;
    for (let at = first; addedEnd - removedEnd === size && at < removedEnd; at++) {
      const [removed, added] = [rows[at], rows[at + size]];
      if (removed === undefined || added === undefined) continue;
      removed.other = at + size;
      added.other = at;
    }
    first = Math.max(addedEnd, first + 1);
  }
}

/**
 * @param {readonly DiffRow[]} rows
 * @param {number} first
 * @param {string} meaning
 */
function endOfRun(rows, first, meaning) {
  let end = first;
  while (rows[end]?.meaning === meaning) end++;
  return end;
}

/**
 * @param {readonly string[]} lines
 * @param {DiffRow} row
 * @param {number} at
 */
function diffLine(lines, { meaning, before, after, other }, at) {
  const text = lines[at] ?? '';
  const line = lineElement(meaning);
  line.dataset.number = after === '' ? before : after;
  const middle = other === undefined ? undefined : differingMiddle(text.slice(1), lines[other]?.slice(1) ?? '');
  if (middle === undefined) {
    line.append(text);
    return line;
  }
  const [from, to] = middle;
  const marked = document.createElement('mark');
  marked.textContent = text.slice(from + 1, to + 1);
  line.append(text.slice(0, from + 1), marked, text.slice(to + 1));
  return line;
}

/**
 * Where a line differs from another; `undefined` when there is too little in common for that to help.
 * @param {string} text
 * @param {string} other
 * @returns {[number, number] | undefined}
 */
function differingMiddle(text, other) {
  const most = Math.min(text.length, other.length);
  let start = 0;
  while (start < most && text[start] === other[start]) start++;
  let end = 0;
  while (end < most - start && text[text.length - 1 - end] === other[other.length - 1 - end]) end++;
  const isAlike = text.slice(0, start).trim().length + end >= Math.max(text.length, other.length) / 3;
  return isAlike && start + end < text.length ? [start, text.length - end] : undefined;
}

/** @param {string | undefined} meaning */
function lineElement(meaning) {
  const line = document.createElement('div');
  line.className = meaning === undefined || meaning === '' ? 'line' : `line ${meaning}`;
  return line;
}
