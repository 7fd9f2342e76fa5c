// Which arguments the model may give to which cargo command. An allowlist: what is not named here is refused with the
// list, so that configuration, other manifests, toolchains, target folders and foreign sources stay out of reach.
import { ToolError } from '../errors.js';

export const CARGO_COMMANDS = [
  'check',
  'build',
  'test',
  'clippy',
  'fmt',
  'doc',
  'tree',
  'add',
  'remove',
  'update',
  'new',
  'explain',
] as const;
export type CargoCommand = (typeof CARGO_COMMANDS)[number];

interface Allowed {
  flags: readonly string[];
  /** Options that take a value, as `--name value` or `--name=value`. */
  values: readonly string[];
  /** What a word without a dash must look like; `undefined`: none is taken. */
  words: RegExp | undefined;
  /** Whether anything may follow `--`. */
  rest: boolean;
}

const FEATURES = ['--all-features', '--no-default-features'];
const BUILD: Allowed = {
  flags: [
    ...['--workspace', '--all', '--all-targets', '--lib', '--bins', '--tests', '--examples', '--benches', '--release'],
    ...['--keep-going', '--verbose', '-v', ...FEATURES],
  ],
  values: ['--package', '-p', '--exclude', '--bin', '--test', '--example', '--bench', '--features', '-F', '--profile'],
  words: undefined,
  rest: false,
};
const CRATE = /^[A-Za-z0-9_-]{1,64}(@[0-9A-Za-z.^~=<>*, +-]{1,64})?$/;

const ALLOWED: Record<CargoCommand, Allowed> = {
  check: BUILD,
  build: BUILD,
  test: { ...BUILD, flags: [...BUILD.flags, '--no-fail-fast', '--no-run', '--doc'], words: /^[^-].*$/, rest: true },
  clippy: { ...BUILD, flags: [...BUILD.flags, '--no-deps'], rest: true },
  doc: { ...BUILD, flags: [...BUILD.flags, '--no-deps', '--document-private-items'] },
  fmt: { flags: ['--all', '--check'], values: ['--package', '-p'], words: undefined, rest: false },
  tree: {
    flags: ['--workspace', '--duplicates', '-d', ...FEATURES],
    values: [
      '--package',
      '-p',
      '--edges',
      '-e',
      '--invert',
      '-i',
      '--depth',
      '--features',
      '-F',
      '--prefix',
      '--format',
      '-f',
    ],
    words: undefined,
    rest: false,
  },
  add: {
    flags: [
      '--dev',
      '--build',
      '--optional',
      '--no-optional',
      '--default-features',
      '--no-default-features',
      '--public',
    ],
    values: ['--package', '-p', '--features', '-F', '--rename', '--path', '--target'],
    words: CRATE,
    rest: false,
  },
  remove: { flags: ['--dev', '--build'], values: ['--package', '-p', '--target'], words: CRATE, rest: false },
  update: {
    flags: ['--workspace', '-w', '--recursive'],
    values: ['--package', '-p', '--precise'],
    words: CRATE,
    rest: false,
  },
  new: { flags: ['--lib', '--bin'], values: ['--name', '--edition'], words: /^[A-Za-z0-9_.][\w./-]*$/, rest: false },
  explain: { flags: [], values: [], words: /^E\d{4}$/, rest: false },
};

const MAX_ARGS = 64;
const MAX_ARG_CHARS = 500;

/**
 * Checks the model's arguments for a command.
 * @returns them in a form with `--name value` split, ready to be passed on
 * @throws ToolError naming the argument and what is allowed
 */
export function checkCargoArgs(command: CargoCommand, args: readonly string[]): string[] {
  const allowed = ALLOWED[command];
  const refuse = (what: string) =>
    new ToolError(
      `cargo ${command}: ${what}. Allowed: ${[...allowed.flags, ...allowed.values.map((name) => `${name} <value>`)].join(', ') || 'no options'}.`,
    );
  if (args.length > MAX_ARGS) throw refuse(`more than ${MAX_ARGS} arguments`);
  const checked: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.length > MAX_ARG_CHARS || /\p{Cc}/u.test(arg))
      throw refuse('an argument is too long or holds control characters');
    if (arg === '--') {
      if (!allowed.rest) throw refuse("arguments after '--' are not taken");
      return [...checked, ...args.slice(i)];
    }
    const equals = arg.indexOf('=');
    const name = arg.startsWith('--') && equals > 0 ? arg.slice(0, equals) : arg;
    if (!arg.startsWith('-')) {
      if (!allowed.words?.test(arg)) throw refuse(`'${arg}' is not understood`);
      checked.push(arg);
    } else if (allowed.values.includes(name)) {
      const value = name === arg ? args[++i] : arg.slice(equals + 1);
      if (value === undefined || value === '' || value.startsWith('-')) throw refuse(`'${name}' needs a value`);
      checked.push(name, value);
    } else if (allowed.flags.includes(arg)) checked.push(arg);
    else throw refuse(`option '${arg}' is not available here`);
  }
  return checked;
}
