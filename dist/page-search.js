// Search over the whole run: stored texts, opened or not, and the words of the page itself. It works on the data, in
// slices, so that the page stays responsive over 20 MB.

const MAX_HITS_PER_TEXT = 20;
const MAX_HITS = 200;
const SLICE_MS = 12;
const PROSE =
  '.prose, .sentence, p.note, td:not(:has(li)), td li, dd, li:not(:has(.prose, li, a)), summary, h1, h2, h3, h4';

/** @typedef {{ title: string, line: string, number: string, open: () => void }} Hit */

let searchRun = 0;

/** @param {string} words */
async function search(words) {
  const run = ++searchRun;
  const results = /** @type {HTMLElement} */ (document.getElementById('search-results'));
  const count = /** @type {HTMLElement} */ (document.getElementById('search-count'));
  results.textContent = '';
  count.textContent = '';
  if (words.trim() === '') return;
  let total = 0;
  let shown = 0;
  let sliceStart = performance.now();
  for (const hits of [proseHits(words), ...textSearches(words)]) {
    const { found, more } = hits();
    total += found.length + more;
    results.append(...found.slice(0, Math.max(MAX_HITS - shown, 0)).map((hit) => hitElement(hit, words)));
    shown += found.length;
    if (performance.now() - sliceStart < SLICE_MS) continue;
    count.textContent = `${total} found so far …`;
    await new Promise((resolve) => setTimeout(resolve));
    if (run !== searchRun) return;
    sliceStart = performance.now();
  }
  const listed = Math.min(shown, MAX_HITS);
  count.textContent =
    total === 0
      ? 'Nothing found.'
      : `${total.toLocaleString('en-US')} found${total > listed ? `, the first ${listed} listed` : ''}.`;
}

/** @param {string} words */
function proseHits(words) {
  const wanted = collapsed(words).toLowerCase();
  return () => {
    const told = [...document.querySelectorAll(`main :is(${PROSE})`)].map((element) => ({
      ...{ element, line: collapsed(element.textContent) },
    }));
    const found = told
      .filter(({ line }) => line.toLowerCase().includes(wanted))
      .map(({ element, line }) => ({
        ...{ title: placeOf(element), line, number: '' },
        open: () => openPlace(element),
      }));
    return { found: found.slice(0, MAX_HITS), more: Math.max(found.length - MAX_HITS, 0) };
  };
}

/**
 * As a browser shows it: the markup's own line ends are no part of the words.
 * @param {string} text
 */
function collapsed(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/** @param {string} words */
function textSearches(words) {
  const wanted = words.toLowerCase();
  return [...document.querySelectorAll('script[data-kind]')].map((data) => () => {
    const text = plainText(storedText(data.id) ?? '');
    const lower = text.toLowerCase();
    /** @type {Hit[]} */
    const found = [];
    let more = 0;
    let [line, counted] = [0, 0];
    for (let at = lower.indexOf(wanted); at !== -1;) {
      const end = endOfLine(lower, at);
      if (found.length < MAX_HITS_PER_TEXT) {
        for (let next = lower.indexOf('\n', counted); next !== -1 && next < at; next = lower.indexOf('\n', counted)) {
          line++;
          counted = next + 1;
        }
        const number = line;
        found.push({
          title: /** @type {HTMLElement} */ (data).dataset.title ?? '',
          line: text.slice(lower.lastIndexOf('\n', at) + 1, end),
          number: String(number + 1),
          open: () => openText(data.id, number),
        });
      } else more++;
      at = lower.indexOf(wanted, end);
    }
    return { found, more };
  });
}

/**
 * @param {string} text
 * @param {number} at
 */
function endOfLine(text, at) {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/**
 * @param {string} id
 * @param {number} line from 0
 */
function openText(id, line) {
  const view = /** @type {HTMLElement | null} */ (document.querySelector(`.text-view[data-text="${id}"]`));
  if (view === null) return;
  openPlace(view);
  const shown = showText(view);
  if (shown === undefined) return;
  showLine(shown, line);
  shown.box.focus({ preventScroll: true });
}

/** @param {Element} element */
function placeOf(element) {
  const turn = element.closest('.turn')?.querySelector('h3')?.textContent;
  const section = element.closest('section')?.querySelector('h2')?.firstChild?.textContent ?? '';
  const row = element.closest('tr')?.firstElementChild?.textContent.trim() ?? '';
  return turn ?? [section, row].filter((words) => words !== '').join(', ');
}

/**
 * @param {Hit} hit
 * @param {string} words
 */
function hitElement({ title, line, number, open }, words) {
  const item = document.createElement('li');
  const link = button('', () => {
    /** @type {HTMLDialogElement} */ (document.getElementById('search')).close();
    open();
  });
  const place = document.createElement('span');
  place.className = 'place';
  place.textContent = number === '' ? title : `${title}, line ${number}`;
  const excerpt = document.createElement('span');
  excerpt.className = 'excerpt';
  const shown = number === '' ? collapsed(words) : words;
  const at = Math.max(line.toLowerCase().indexOf(shown.toLowerCase()), 0);
  const from = Math.max(at - 60, 0);
  const mark = document.createElement('mark');
  mark.textContent = line.slice(at, at + shown.length);
  excerpt.append(`${from > 0 ? '… ' : ''}${line.slice(from, at)}`, mark, line.slice(at + shown.length, at + 160));
  link.append(place, excerpt);
  item.append(link);
  return item;
}
