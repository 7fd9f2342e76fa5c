// Shows a stored text in its place: numbered lines in blocks, of which only those near the window are filled. A text of
// 400,000 lines is scrolled like one of forty.

const LINES_PER_BLOCK = 100;
/** Filled at once, so that most texts are whole as soon as they are opened. */
const FIRST_BLOCKS = 2;
/** A page in print shows opened texts up to this many lines; longer ones as far as they were looked at. */
const MAX_PRINTED_BLOCKS = 50;

/**
 * `rows`: of a difference.
 * @typedef {{ lines: string[], rows?: DiffRow[], box: HTMLElement, view: HTMLElement, fill: (block: number) => HTMLElement }} ShownText
 */

/** @type {Map<string, string>} */
const texts = new Map();
/** @type {WeakMap<Element, ShownText>} */
const shownTexts = new WeakMap();
/** @type {WeakMap<Element, () => void>} */
const blockFillers = new WeakMap();
const nearWindow = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) blockFillers.get(target)?.();
  },
  { rootMargin: '600px' },
);

/**
 * The text with this id; `undefined` while the page is still being read.
 * @param {string} id
 */
function storedText(id) {
  const known = texts.get(id);
  if (known !== undefined) return known;
  const data = document.getElementById(id);
  // Data that is still being read is cut off in the middle; what follows it tells that it is complete.
  const isWhole = document.readyState !== 'loading' || data?.nextElementSibling !== null;
  if (data === null || !isWhole) return undefined;
  const text = String(JSON.parse(data.textContent));
  texts.set(id, text);
  return text;
}

/**
 * Fills the places inside an element that are not within something closed.
 * @param {Element} inside
 */
function showTexts(inside) {
  for (const view of /** @type {NodeListOf<HTMLElement>} */ (inside.querySelectorAll('.text-view'))) {
    if (view.closest('details:not([open])') === null) showText(view);
  }
}

/**
 * @param {HTMLElement} view
 * @returns {ShownText | undefined} `undefined` while the page is still being read
 */
function showText(view) {
  const before = shownTexts.get(view);
  if (before !== undefined) return before;
  const text = storedText(view.dataset.text ?? '');
  if (text === undefined) {
    view.textContent = 'This part of the page is still being read …';
    document.addEventListener('DOMContentLoaded', () => showText(view), { once: true });
    return undefined;
  }
  const lines = text.replace(/\n$/, '').split('\n');
  view.textContent = '';
  const box = document.createElement('div');
  box.className = 'lines';
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', view.getAttribute('aria-label') ?? '');
  const isDiff = view.dataset.kind === 'diff';
  box.classList.add(isDiff ? 'is-diff' : 'is-output');
  const rows = isDiff ? diffRows(lines) : undefined;
  const fill = blocks(lines, rows, box);
  const shown = { lines, box, view, fill, ...(rows && { rows }) };
  shownTexts.set(view, shown);
  view.append(...(isDiff ? [] : outputTools(shown)), box);
  return shown;
}

/**
 * Puts empty blocks of the right height into the box.
 * @param {string[]} lines
 * @param {DiffRow[] | undefined} rows
 * @param {HTMLElement} box
 */
function blocks(lines, rows, box) {
  /** @type {HTMLElement[]} */
  const made = [];
  const fill = (/** @type {number} */ block) => {
    const element = /** @type {HTMLElement} */ (made[block]);
    if (element.childElementCount === 0) {
      const [from, to] = [block * LINES_PER_BLOCK, (block + 1) * LINES_PER_BLOCK];
      const drawn = rows?.slice(from, to).map((row, at) => diffLine(lines, row, from + at));
      element.append(...(drawn ?? lines.slice(from, to).map(outputLine)));
      element.style.removeProperty('height');
      nearWindow.unobserve(element);
    }
    return element;
  };
  for (let block = 0; block * LINES_PER_BLOCK < lines.length; block++) {
    const element = document.createElement('div');
    const count = Math.min(LINES_PER_BLOCK, lines.length - block * LINES_PER_BLOCK);
    element.className = 'block';
    const height = `calc(${count} * var(--line))`;
    element.style.setProperty('height', height);
    // Once it is filled, for as long as it is out of sight.
    element.style.setProperty('contain-intrinsic-height', `auto ${height}`);
    element.style.setProperty('counter-reset', `line ${block * LINES_PER_BLOCK}`);
    made.push(element);
    blockFillers.set(element, () => fill(block));
    nearWindow.observe(element);
  }
  for (let block = 0; block < Math.min(FIRST_BLOCKS, made.length); block++) fill(block);
  box.append(...made);
  return fill;
}

/** Before printing: nothing comes near the window then. */
function fillForPrint() {
  for (const view of document.querySelectorAll('.text-view')) {
    const { lines, fill } = shownTexts.get(view) ?? { lines: [], fill: () => undefined };
    const count = Math.ceil(lines.length / LINES_PER_BLOCK);
    for (let block = 0; block < count && count <= MAX_PRINTED_BLOCKS; block++) fill(block);
  }
}

/**
 * Scrolls to a line and marks it.
 * @param {ShownText} shown
 * @param {number} at from 0
 */
function showLine(shown, at) {
  const block = shown.fill(Math.floor(at / LINES_PER_BLOCK));
  const line = block.children[at % LINES_PER_BLOCK];
  shown.box.querySelectorAll('.is-found').forEach((each) => each.classList.remove('is-found'));
  line?.classList.add('is-found');
  line?.scrollIntoView({ block: 'center', inline: 'nearest' });
}
