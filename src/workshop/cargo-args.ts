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
  /** What each word after `--` must look like; `undefined`: nothing may follow. */
  rest: RegExp | undefined;
}

/** For test executables: their own options, but none of nightly's. */
const TEST_REST = /^(?!-[ZC]|--config|\+)/;
/** For the compiler: which lints are allowed, warned of, denied or forbidden. */
const LINT_REST = /^(-[AWDF]([a-z_:]+)?|--(allow|warn|deny|forbid)(=[a-z_:]+)?|[a-z_]+(::[a-z_]+)?)$/;

const FEATURES = ['--all-features', '--no-default-features'];
const BUILD: Allowed = {
  flags: [
    ...['--workspace', '--all', '--all-targets', '--lib', '--bins', '--tests', '--examples', '--benches', '--release'],
    ...['--keep-going', '--verbose', '-v', ...FEATURES],
  ],
  values: ['--package', '-p', '--exclude', '--bin', '--test', '--example', '--bench', '--features', '-F', '--profile'],
  words: undefined,
  rest: undefined,
};
const CRATE = /^[A-Za-z0-9_-]{1,64}(@[0-9A-Za-z.^~=<>*, +-]{1,64})?$/;

const ALLOWED: Record<CargoCommand, Allowed> = {
  check: BUILD,
  build: BUILD,
  test: { ...BUILD, flags: [...BUILD.flags, '--no-fail-fast', '--no-run', '--doc'], words: /^[^-+]/, rest: TEST_REST },
  clippy: { ...BUILD, flags: [...BUILD.flags, '--no-deps'], rest: LINT_REST },
  doc: { ...BUILD, flags: [...BUILD.flags, '--no-deps', '--document-private-items'] },
  fmt: { flags: ['--all', '--check'], values: ['--package', '-p'], words: undefined, rest: undefined },
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
    rest: undefined,
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
    rest: undefined,
  },
  remove: { flags: ['--dev', '--build'], values: ['--package', '-p', '--target'], words: CRATE, rest: undefined },
  update: {
    flags: ['--workspace', '-w', '--recursive'],
    values: ['--package', '-p', '--precise'],
    words: CRATE,
    rest: undefined,
  },
  new: {
    flags: ['--lib', '--bin'],
    values: ['--name', '--edition'],
    words: /^[A-Za-z0-9_.][\w./-]*$/,
    rest: undefined,
  },
  explain: { flags: [], values: [], words: /^E\d{4}$/, rest: undefined },
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
  if (args.some((arg) => arg.length > MAX_ARG_CHARS || /\p{Cc}/u.test(arg)))
    throw refuse('an argument is too long or holds control characters');
  const checked: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      const rest = args.slice(i + 1);
      if (allowed.rest === undefined) throw refuse("arguments after '--' are not taken");
      const bad = rest.find((word) => allowed.rest?.test(word) !== true);
      if (bad !== undefined) throw refuse(`'${bad}' is not available after '--'`);
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
      if (name === '--path' && value.startsWith('/')) throw refuse("'--path' names a member of the repository");
      checked.push(name, value);
    } else if (allowed.flags.includes(arg)) checked.push(arg);
    else throw refuse(`option '${arg}' is not available here`);
  }
  return checked;
}
