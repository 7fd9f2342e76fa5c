// Writes the log of a run, for the Actions runner or for a terminal, and is the only way text reaches standard output:
// secrets are masked here, and text from cargo or the model is made harmless. What is worth logging is decided elsewhere.
import { colouredText, printableText } from './printable-text.js';

/** A place in the repository that an annotation points to. */
export interface LogPlace {
  file: string;
  line?: number;
}

export interface Log {
  group(title: string): void;
  endGroup(): void;
  info(text: string): void;
  /** Shown by the runner when step debugging is on; left out on terminals. */
  detail(text: string): void;
  warning(text: string, at?: LogPlace): void;
  error(text: string, at?: LogPlace): void;
  /** Whole lines of untrusted text. Each is indented behind a bar; colours stay. */
  output(text: string): void;
}

export interface LogTarget {
  /** Takes one line without its line end. */
  write: (line: string) => void;
  /** Asked at every call, so that a secret learnt later is masked from then on. */
  secrets: () => readonly string[];
  /** True where the GitHub Actions runner reads what is written. */
  actions: boolean;
}

/** Never throws by itself; what `write` throws passes through. */
export function createLog({ write, secrets, actions }: LogTarget): Log {
  const mask = (text: string) => maskSecrets(text, secrets());
  const clean = (text: string) => mask(printableText(mask(text)));
  const plainLines = (text: string) => clean(text).split('\n').map(withoutCommands);
  const command = (name: string, text: string, at?: LogPlace) => {
    const properties = at === undefined ? '' : ` ${placeProperties({ ...at, file: clean(at.file) })}`;
    write(`::${name}${properties}::${escapeData(clean(text))}`);
  };
  const say = (level: string, text: string, at?: LogPlace) => {
    const place = at === undefined ? '' : ` (${at.file}${at.line === undefined ? '' : `:${at.line}`})`;
    for (const line of plainLines(`${level}: ${text}${place}`)) write(line);
  };
  const info = (text: string) => plainLines(text).forEach((line) => write(line));
  return {
    group: (title) => (actions ? command('group', title) : info(`▸ ${title}`)),
    endGroup: () => (actions ? write('::endgroup::') : undefined),
    info,
    detail: (text) => (actions ? command('debug', text) : undefined),
    warning: (text, at) => (actions ? command('warning', text, at) : say('warning', text, at)),
    error: (text, at) => (actions ? command('error', text, at) : say('error', text, at)),
    output: (text) => {
      const shown = mask(colouredText(mask(text))).replace(/\n$/, '');
      for (const line of shown.split('\n')) write(`  │ ${withoutCommands(resetColours(line))}`);
    },
  };
}

/** Replaces every secret by `***`, also the single lines of one that has several (a private key, say). */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\r\n|\r|\n/).map((line) => line.trim())]);
  const needles = [...new Set(parts)].filter((part) => part.trim().length >= MIN_MASKED_CHARS);
  needles.sort((a, b) => b.length - a.length); // a secret that contains another goes first, else its rest would stay
  return needles.reduce((masked, needle) => masked.replaceAll(needle, '***'), text);
}

// Shorter ones occur by chance and would blank the log; the inputs refuse such a secret.
const MIN_MASKED_CHARS = 4;

// The runner (actions/runner, ActionCommand.cs) obeys `::name::` after leading white space and `##[name]` anywhere in a
// line. Its comparison is culture-sensitive, so characters without weight may stand between: VS15/VS16 and the escape
// character that opens a colour are the ones that reach this point.
const SECOND_VERSION = /^(\s*):([\x1b\uFE0E\uFE0F]*):/u;
const FIRST_VERSION = /#([\x1b\uFE0E\uFE0F]*)#([\x1b\uFE0E\uFE0F]*)\[/gu;

function withoutCommands(line: string): string {
  return line.replace(SECOND_VERSION, '$1: $2:').replace(FIRST_VERSION, '#$1# $2[');
}

function resetColours(line: string): string {
  return line.includes('\x1b') ? `${line}\x1b[0m` : line;
}

/** Workflow command escaping of `@actions/core`: data. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function placeProperties(at: LogPlace): string {
  const file = escapeData(at.file).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return at.line === undefined ? `file=${file}` : `file=${file},line=${at.line}`;
}
