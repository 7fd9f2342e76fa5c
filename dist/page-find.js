// What can be done with an output: find words in it, go to the first failure, wrap its lines, copy it.

/** Outputs of fewer lines are seen at a glance. */
const LEAST_LINES_TO_FIND_IN = 15;

/** @param {ShownText} shown */
function outputTools(shown) {
  const bar = document.createElement('div');
  bar.className = 'toolbar';
  if (shown.lines.length >= LEAST_LINES_TO_FIND_IN) bar.append(...finder(shown));
  const wrap = button('Wrap', () => {
    const isWrapped = shown.box.classList.toggle('is-wrapped');
    wrap.setAttribute('aria-pressed', String(isWrapped));
  });
  wrap.setAttribute('aria-pressed', 'false');
  bar.append(wrap, copyButton(shown));
  return [bar];
}

/** @param {ShownText} shown */
function finder(shown) {
  /** @type {number[]} */
  let found = [];
  let current = -1;
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = 'Find in this output';
  input.setAttribute('aria-label', 'Find in this output');
  input.spellcheck = false;
  const count = document.createElement('span');
  count.className = 'count';
  count.setAttribute('role', 'status');
  const go = (/** @type {number} */ step) => {
    if (found.length === 0) return;
    current = (current + step + found.length) % found.length;
    showLine(shown, found[current] ?? 0);
    count.textContent = `${current + 1} of ${found.length}`;
  };
  input.addEventListener('input', () => {
    found = input.value === '' ? [] : linesWith(shown.lines, input.value);
    current = -1;
    count.textContent = input.value === '' ? '' : found.length === 0 ? 'nothing found' : '';
    go(1);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  });
  const failure = shown.lines.findIndex((line) => MEANINGS[0][1].test(plainText(line)));
  const jump = failure === -1 ? [] : [button('First failure', () => showLine(shown, failure))];
  return [input, button('↑', () => go(-1), 'Previous'), button('↓', () => go(1), 'Next'), count, ...jump];
}

/**
 * @param {readonly string[]} lines
 * @param {string} words
 */
function linesWith(lines, words) {
  const wanted = words.toLowerCase();
  return lines.flatMap((line, at) => (plainText(line).toLowerCase().includes(wanted) ? [at] : []));
}

/** @param {ShownText} shown */
function copyButton(shown) {
  const copy = button('Copy', () => {
    navigator.clipboard.writeText(shown.lines.map(plainText).join('\n')).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Not allowed here'),
    );
  });
  return copy;
}

/**
 * @param {string} words
 * @param {() => void} act
 * @param {string} [label]
 */
function button(words, act, label) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = words;
  if (label !== undefined) element.setAttribute('aria-label', label);
  element.addEventListener('click', act);
  return element;
}
