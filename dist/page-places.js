// Moving about: addresses within the page, turns, what is open, dark and light.

/**
 * Opens whatever an element lies in, and itself if it can be opened, and brings it into view.
 * @param {Element} element
 */
function openPlace(element) {
  for (let details = element.closest('details'); details; details = details.parentElement?.closest('details') ?? null)
    details.open = true;
  showTexts(element.closest('details') ?? element);
  element.scrollIntoView({ block: 'start' });
}

/** Goes to the place that the address names; the browser alone cannot reach into what is closed. */
function followAddress() {
  const id = decodedHash();
  const element = id === '' ? null : document.getElementById(id);
  if (element === null) return;
  openPlace(element);
  focusQuietly(element);
  // Places above have no height of their own until they are seen; by then the element has moved.
  requestAnimationFrame(() => element.scrollIntoView({ block: 'start' }));
}

function decodedHash() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ''; // typed by someone, no address of this page
  }
}

/** @param {Element} element */
function focusQuietly(element) {
  const target = element.matches('details') ? element.querySelector('summary') : element;
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}

/**
 * @param {string} place of the form `path:line` beside a file's difference
 * @param {string} line as the new file counts them
 */
function showChangedLine(place, line) {
  const view = document.getElementById(place)?.querySelector('.text-view');
  const shown = view instanceof HTMLElement ? showText(view) : undefined;
  const at = shown?.rows?.findIndex(({ after }) => after === line) ?? -1;
  if (shown !== undefined && at !== -1) showLine(shown, at);
}

/** @param {1 | -1} step */
function goToTurn(step) {
  const turns = [...document.querySelectorAll('.turn')];
  const at = currentTurn(turns);
  const next = turns[Math.min(Math.max(at + step, 0), turns.length - 1)];
  if (next === undefined) return;
  history.replaceState(null, '', `#${next.id}`);
  followAddress();
}

/**
 * The turn that has the focus, else the last one that begins above the window's middle; -1 before the first.
 * @param {Element[]} turns
 */
function currentTurn(turns) {
  const focused = turns.findIndex((turn) => turn.contains(document.activeElement));
  if (focused !== -1) return focused;
  return turns.findLastIndex((turn) => turn.getBoundingClientRect().top < innerHeight / 3);
}

function toggleActions() {
  const turns = [...document.querySelectorAll('.turn')];
  const actions = [...(turns[Math.max(currentTurn(turns), 0)]?.querySelectorAll('details') ?? [])];
  const areOpen = actions.every((details) => details.open);
  for (const details of actions) details.open = !areOpen;
}

/** Beside the text the contents are always open; above it, on a narrow page, they would push the verdict out of sight. */
function foldContents() {
  const contents = document.querySelector('.contents details');
  const isBeside = matchMedia('(min-width: 64rem)');
  const fold = () => contents instanceof HTMLDetailsElement && (contents.open = isBeside.matches);
  fold();
  isBeside.addEventListener('change', fold);
}

const THEME_KEY = 'ferrule-theme';

/** @param {string | null} theme */
function useTheme(theme) {
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
}

function otherTheme() {
  const now =
    document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const next = now === 'dark' ? 'light' : 'dark';
  useTheme(next);
  remember(next);
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // a page without storage forgets, that is all
  }
}

function remembered() {
  try {
    return localStorage.getItem(THEME_KEY);
  } catch {
    return null;
  }
}
