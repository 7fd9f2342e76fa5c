// The seed of a suite whose scenes are chosen at random: the same one each time, so that a red run is the fault of the
// change, unless a variable names another. Whoever uses one puts it into a test's title, so that every failure shows it.

/** No better than another number. */
const FIXED = 20_261_123;

/** @param variable of the environment: absent, a whole number, or `random` for one that nobody chose */
export function seedOf(variable: string): number {
  const given = process.env[variable] ?? FIXED;
  const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isInteger(seed)) throw new Error(`${variable} is neither a whole number nor 'random': ${given}`);
  return seed;
}
