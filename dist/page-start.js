// Connects keys, buttons and the address with what they do. Runs before the texts are read, so that the page answers at
// once however long it is.

/** @param {'search' | 'help'} id */
function openDialog(id) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById(id));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('input')?.select();
}

/** @type {Record<string, () => void>} */
const actions = {
  '/': () => openDialog('search'),
  '?': () => openDialog('help'),
  j: () => goToTurn(1),
  k: () => goToTurn(-1),
  o: toggleActions,
  t: otherTheme,
  v: () => {
    location.hash = 'verdict';
  },
  search: () => openDialog('search'),
  help: () => openDialog('help'),
  theme: otherTheme,
};

document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  const isTyping = target instanceof Element && target.closest('input, textarea, [contenteditable], dialog') !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || key.length > 1) return;
  const act = actions[key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

document.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return;
  const { do: name } = /** @type {HTMLElement | null} */ (target.closest('[data-do]'))?.dataset ?? {};
  if (name !== undefined) actions[name]?.();
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest('a[href^="#"]'));
  if (link === null) return;
  const { line } = link.dataset;
  // The address does not change when it is followed a second time, so nobody else would open it again.
  if (link.hash === location.hash) followAddress();
  if (line !== undefined) setTimeout(() => showChangedLine(link.hash.slice(1), line));
});

// `toggle` does not bubble.
document.addEventListener(
  'toggle',
  ({ target }) => target instanceof HTMLDetailsElement && target.open && showTexts(target),
  true,
);
addEventListener('hashchange', followAddress);
addEventListener('beforeprint', fillForPrint);

let searchTimer = 0;
document.getElementById('search-input')?.addEventListener('input', ({ target }) => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => void search(/** @type {HTMLInputElement} */ (target).value), 120);
});
document.getElementById('search-input')?.addEventListener('keydown', (event) => {
  // A search field would only empty itself.
  if (event.key === 'Escape') /** @type {HTMLDialogElement} */ (document.getElementById('search')).close();
  if (event.key !== 'Enter') return;
  event.preventDefault();
  /** @type {HTMLElement | null} */ (document.querySelector('#search-results button'))?.focus();
});

useTheme(remembered());
foldContents();
for (const details of document.querySelectorAll('details[open]')) showTexts(details);
followAddress();
document.documentElement.dataset.ready = '';
performance.mark('ferrule-ready'); // for bench/page.mjs
