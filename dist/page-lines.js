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
 * The lines of a difference with their numbers before and after; where hunks carry none, without.
 * @param {readonly string[]} lines
 */
function diffLines(lines) {
  let [before, after, isNumbered] = [0, 0, false];
  return lines.map((text, at) => {
    const hunk = /^@@ (?:-(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@)?/.exec(text);
    if (hunk !== null) {
      isNumbered = hunk[1] !== undefined;
      [before, after] = [Number(hunk[1] ?? 0), Number(hunk[2] ?? 0)];
      return diffLine('is-hunk', '', '', text);
    }
    const number = (/** @type {number} */ of) => (isNumbered ? String(of) : '');
    if (text.startsWith('+')) return diffLine('is-added', '', number(after++), text, partner(lines, at, '-'));
    if (text.startsWith('-')) return diffLine('is-removed', number(before++), '', text, partner(lines, at, '+'));
    if (text.startsWith('\\')) return diffLine('is-quiet', '', '', text);
    return diffLine('', number(before++), number(after++), text);
  });
}

/**
 * The line that this one replaces or is replaced by: same place in a block of as many removed as added lines.
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {'+' | '-'} otherSign
 */
function partner(lines, at, otherSign) {
  const sign = otherSign === '+' ? '-' : '+';
  let first = at;
  while (lines[first - 1]?.startsWith(sign)) first--;
  let end = at;
  while (lines[end]?.startsWith(sign)) end++;
  const size = end - first;
  const otherFirst = otherSign === '+' ? end : first - size;
  const others = lines.slice(Math.max(otherFirst, 0), otherFirst + size);
  const isBlock = others.length === size && others.every((line) => line.startsWith(otherSign));
  const beyond = lines[otherSign === '+' ? otherFirst + size : otherFirst - 1];
  return isBlock && !beyond?.startsWith(otherSign) ? others[at - first] : undefined;
}

/**
 * @param {string} meaning
 * @param {string} before
 * @param {string} after
 * @param {string} text
 * @param {string} [other] the line on the other side, whose differing middle is marked
 */
function diffLine(meaning, before, after, text, other) {
  const line = lineElement(meaning);
  line.dataset.after = after;
  line.dataset.number = after === '' ? before : after;
  const middle = other === undefined ? undefined : differingMiddle(text.slice(1), other.slice(1));
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
