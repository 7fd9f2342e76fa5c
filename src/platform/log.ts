// Writes the log of a run, for the Actions runner or for a terminal, and is the only way text reaches standard output:
// text from cargo or the model is made harmless here. What is a secret, and what is worth logging, is decided elsewhere.
import { randomBytes } from 'node:crypto';
import { colouredText, printableText } from './printable-text.js';

/** A place in the repository that an annotation points to. */
interface LogPlace {
  file: string;
  line?: number;
  column?: number;
}

type AnnotationLevel = 'error' | 'warning' | 'notice';

export interface Log {
  /** Folded by the runner from `group` to `endGroup`; warnings and errors in between stand outside. */
  group(title: string): void;
  endGroup(): void;
  info(text: string): void;
  /** Shown by the runner when step debugging is on; left out on terminals. */
  detail(text: string): void;
  warning(text: string, at?: LogPlace): void;
  error(text: string, at?: LogPlace): void;
  /**
   * An annotation and nothing else. @returns false, and writes nothing, where there is no room for one: of each level the
   * runner keeps ten a step, warnings and errors from above among them; a terminal has none
   */
  annotation(level: AnnotationLevel, title: string, text: string, at: LogPlace): boolean;
  /** What is going on now, for the status line of a terminal; `undefined` takes it away. Kept nowhere. */
  status(text: string | undefined): void;
  /** Whole lines of untrusted text. Each is indented behind a bar; colours stay where they are wanted. */
  output(text: string): void;
}

interface LogTarget {
  /** Takes one line without its line end. */
  write: (line: string) => void;
  /** Takes secrets out of a text. */
  mask: (text: string) => string;
  /** True where the GitHub Actions runner reads what is written. */
  actions: boolean;
  /** False leaves colours out; true when absent. */
  colours?: boolean;
  /** Shows what is going on, where there is a place for it. */
  status?: (text: string | undefined) => void;
}

/** Of each type the runner keeps ten annotations a step, of at most 4,096 characters (actions/runner, ExecutionContext.cs). */
const MAX_ANNOTATIONS = 10;
const MAX_ANNOTATION_CHARS = 4_000;

/** Never throws by itself; what `write` throws passes through. */
export function createLog({ write, mask, actions, colours = true, status }: LogTarget): Log {
  const clean = (text: string) => mask(printableText(text));
  const plainLines = (text: string) => clean(text).split('\n').map(withoutCommands);
  const untrusted = untrustedBlocks(write);
  const annotations = { notice: 0, warning: 0, error: 0 };
  const command = (name: string, text: string, at?: LogPlace, title?: string) => {
    const named = { ...(title === undefined ? {} : { title: clean(title) }), ...placeOf(at, clean) };
    const properties = commandProperties(named);
    const shown = escapeData(clean(text));
    untrusted.close(); // while one is open the runner obeys nothing
    write(`::${name}${properties}::${shown}`);
  };
  const groups = foldedGroups(command);
  const info = (text: string) => {
    groups.goOn();
    plainLines(text).forEach((line) => write(line));
  };
  const say = (level: string, text: string, at?: LogPlace) => {
    const place = at === undefined ? '' : ` (${at.file}${at.line === undefined ? '' : `:${at.line}`})`;
    plainLines(`${level}: ${text}${place}`).forEach((line) => write(line));
  };
  const annotate = (level: 'warning' | 'error', text: string, at?: LogPlace) => {
    if (!actions) return say(level, text, at);
    groups.interrupt();
    const isOneTooMany = ++annotations[level] > MAX_ANNOTATIONS;
    if (isOneTooMany || text.length > MAX_ANNOTATION_CHARS) say(level, text, at);
    if (!isOneTooMany) command(level, shortened(text), at);
  };
  return {
    group: (title) => (actions ? groups.open(title) : info(`▸ ${title}`)),
    endGroup: () => groups.close(),
    info,
    detail: (text) => (actions ? command('debug', text) : undefined),
    warning: (text, at) => annotate('warning', text, at),
    error: (text, at) => annotate('error', text, at),
    annotation: (level, title, text, at) => {
      if (!actions || annotations[level] >= MAX_ANNOTATIONS) return false;
      annotations[level] += 1;
      command(level, shortened(text), at, title);
      return true;
    },
    status: (text) => status?.(text === undefined ? undefined : clean(text).replaceAll(/\s+/g, ' ').trim()),
    output: (text) => {
      groups.goOn();
      const shown = mask((colours ? colouredText : printableText)(text)).replace(/\n$/, '');
      if (actions) untrusted.open();
      for (const line of shown.split('\n')) write(`  │ ${withoutCommands(resetColours(line))}`);
    },
  };
}

/**
 * The lines of what a command of the command line answers, which quotes names and texts of the repository. Nothing is
 * indented and no line added, so that JSON stays JSON.
 */
export function answerLines(text: string, { mask, actions }: Pick<LogTarget, 'mask' | 'actions'>): string[] {
  const lines = mask(printableText(text)).split('\n');
  return actions ? lines.map(withoutCommands) : lines;
}

/**
 * The runner's groups, which are folded and do not nest. What must be seen interrupts one; what else belongs to it goes on
 * in a second part.
 */
function foldedGroups(command: (name: string, text: string) => void) {
  const group: { title?: string; isInterrupted?: boolean } = {};
  return {
    open(title: string) {
      Object.assign(group, { title, isInterrupted: false });
      command('group', title);
    },
    interrupt() {
      if (group.title === undefined || group.isInterrupted) return;
      group.isInterrupted = true;
      command('endgroup', '');
    },
    goOn() {
      if (group.title === undefined || !group.isInterrupted) return;
      group.isInterrupted = false;
      command('group', `${group.title} (continued)`);
    },
    close() {
      if (group.title !== undefined && !group.isInterrupted) command('endgroup', '');
      delete group.title;
    },
  };
}

/**
 * A second wall around untrusted lines, behind the bar and `withoutCommands`: from `stop-commands` to the line with its
 * token the runner obeys no command (actions/runner, ActionCommandManager.cs). Our own commands close the block first, so
 * groups fold as ever. The token is new for each block and goes nowhere but to the log; an open block ends with the step.
 */
function untrustedBlocks(write: (line: string) => void): { open(): void; close(): void } {
  const block: { token?: string } = {};
  return {
    open() {
      if (block.token !== undefined) return;
      block.token = randomBytes(16).toString('hex');
      write(`::stop-commands::${block.token}`);
    },
    close() {
      if (block.token === undefined) return;
      write(`::${block.token}::`);
      delete block.token;
    },
  };
}

function shortened(text: string): string {
  if (text.length <= MAX_ANNOTATION_CHARS) return text;
  return `${text.slice(0, MAX_ANNOTATION_CHARS).replace(/[\uD800-\uDBFF]$/, '')} [… the whole text is in the log above]`;
}

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

/** ` title=…,file=…,line=…,col=…` in the escaping of `@actions/core`; an empty text where there is none. */
function commandProperties(values: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(values).map(
    ([name, value]) => `${name}=${escapeData(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return written.length === 0 ? '' : ` ${written.join(',')}`;
}

function placeOf(at: LogPlace | undefined, clean: (text: string) => string): Record<string, string | number> {
  if (at === undefined) return {};
  const { file, line, column } = at;
  return {
    ...{ file: clean(file), ...(line === undefined ? {} : { line }) },
    ...(column === undefined ? {} : { col: column }),
  };
}
