// Finds the known name a mistyped one was probably meant to be. It only suggests; nothing is ever corrected silently.

// The comparison takes time and memory with the square of the length; no name is this long.
const MAX_LENGTH = 100;

/** ` Did you mean 'x'?` with its leading space, or the empty string when no candidate is close enough. */
export function didYouMean(value: string, candidates: readonly string[]): string {
  const wanted = value.trim().toLowerCase().slice(0, MAX_LENGTH);
  // A third of the letters may differ: enough for a slip of the finger, too little to propose an unrelated word.
  let best = { distance: Math.max(1, Math.floor(wanted.length / 3)) + 1, name: '' };
  for (const name of candidates) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < best.distance) best = { distance, name };
  }
  return best.name === '' ? '' : ` Did you mean '${best.name}'?`;
}

/** Changes of one letter, and swaps of two neighbours, that turn one word into the other; in UTF-16 units. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column++) {
      const substitution = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = isSwap ? at(row - 2, column - 2) + 1 : Infinity;
      current.push(Math.min(at(row - 1, column) + 1, (current[column - 1] ?? 0) + 1, substitution, swap));
    }
  }
  return at(a.length, b.length);
}
