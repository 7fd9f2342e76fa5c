// Decides which extra arguments a workflow may give to every cargo check, test and clippy. How cargo is run is not
// known here.
import { didYouMean } from '../did-you-mean.js';
import { refuse } from './input-values.js';

/**
 * The whole list: an option that is not on it is refused. What is missing is missing on purpose: options that would
 * move the build (`--manifest-path`, `--target-dir`, `-C`), reconfigure it (`--config`, `-Z`, `+toolchain`), change
 * what is parsed (`--message-format`, `--quiet`), leave tests out of the verdict (`--lib`, `--no-run`, test names,
 * `-- …`), or that Ferrule sets itself (`--workspace`, `--no-fail-fast`).
 */
const ALLOWED: Readonly<Record<string, { takesValue: boolean }>> = {
  '--all-features': { takesValue: false },
  '--no-default-features': { takesValue: false },
  '--features': { takesValue: true },
  '-F': { takesValue: true },
  '--release': { takesValue: false },
  '-r': { takesValue: false },
  '--profile': { takesValue: true },
  '--target': { takesValue: true },
  '--exclude': { takesValue: true },
  '--ignore-rust-version': { takesValue: false },
  '--jobs': { takesValue: true },
  '-j': { takesValue: true },
};

const INPUT = 'cargo-args';

/** The arguments, split as a shell would (spaces, newlines, quotes; no expansion) and checked one by one. */
export function readCargoArgs(text: string): readonly string[] {
  const words = splitWords(text);
  const args: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const equals = word.indexOf('=');
    const name = equals > 0 ? word.slice(0, equals) : word;
    const option = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined;
    if (!option) return refuseArgument(name);
    args.push(word);
    if (!option.takesValue && equals > 0) return refuse(INPUT, word, `'${name}' without a value`);
    if (!option.takesValue || equals > 0) continue;
    const value = words[++index];
    if (value === undefined || value.startsWith('-')) return refuse(INPUT, word, `a value after '${name}'`);
    args.push(value);
  }
  return args;
}

function refuseArgument(name: string): never {
  const known = Object.keys(ALLOWED);
  const suggestion = didYouMean(name, known) || " Test selection and cargo's own settings are not accepted here.";
  return refuse(INPUT, name, `only these options: ${known.join(', ')}`, suggestion);
}

function splitWords(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  if (/["']/.test(text.replace(/"[^"]*"|'[^']*'/g, ''))) return refuse(INPUT, text, 'every quote to be closed');
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
