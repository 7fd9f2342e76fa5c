// Finds the known name a mistyped one was probably meant to be. It only suggests; nothing is ever corrected silently.

/** ` Did you mean 'x'?` with its leading space, or the empty string when no candidate is close enough. */
export function didYouMean(value: string, candidates: readonly string[]): string {
  const wanted = value.trim().toLowerCase();
  // A third of the letters may differ: enough for a slip of the finger, too little to propose an unrelated word.
  let best = { distance: Math.max(1, Math.floor(wanted.length / 3)) + 1, name: '' };
  for (const name of candidates) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < best.distance) best = { distance, name };
  }
  return best.name === '' ? '' : ` Did you mean '${best.name}'?`;
}

/** Levenshtein distance in UTF-16 units. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
