// Evaluates conditions of conditional compilation as far as they can be known from the text. Which conditions an item
// has is rust-items.ts's.

/** `undefined`: it depends on features and flags that the text does not tell. */
export type Truth = boolean | undefined;

/**
 * What holds for a condition's single predicates: where tests run (Linux runners, no Miri). `test` is given by the
 * question that is asked.
 */
const KNOWN: Readonly<Record<string, Truth>> = {
  true: true,
  false: false,
  unix: true,
  windows: false,
  miri: false,
  loom: false,
  fuzzing: false,
  doctest: false,
  'target_os = "linux"': true,
  'target_family = "unix"': true,
  'target_family = "wasm"': false,
  'target_has_atomic = "ptr"': true,
  'panic = "unwind"': true,
  'target_pointer_width = "64"': true,
};

/**
 * The value of a condition as it stands between the parentheses of `#[cfg(…)]`, on a 64 bit Linux machine.
 * @param test the value of the predicate `test`
 */
export function evaluateCfg(condition: string, test: boolean): Truth {
  const tokens = condition.match(/"(?:[^"\\]|\\.)*"|[\w:]+|[(),=]/g) ?? [];
  let at = 0;
  const list = (): Truth[] => {
    const values: Truth[] = [];
    at++; // the opening parenthesis
    while (at < tokens.length && tokens[at] !== ')') {
      values.push(predicate());
      if (tokens[at] === ',') at++;
    }
    at++;
    return values;
  };
  const predicate = (): Truth => {
    const name = tokens[at++] ?? '';
    if (tokens[at] === '(') {
      const values = list();
      if (name === 'not') return values[0] === undefined ? undefined : !values[0];
      if (name === 'all') return values.includes(false) ? false : values.includes(undefined) ? undefined : true;
      if (name === 'any') return values.includes(true) ? true : values.includes(undefined) ? undefined : false;
      return undefined;
    }
    if (tokens[at] === '=') {
      const value = tokens[at + 1] ?? '';
      at += 2;
      if (name === 'target_os') return value === '"linux"';
      return KNOWN[`${name} = ${value}`];
    }
    return name === 'test' ? test : KNOWN[name];
  };
  return tokens.length === 0 ? undefined : predicate();
}
