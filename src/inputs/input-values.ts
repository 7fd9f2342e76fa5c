// Turns the text of one input into a value of one kind, or refuses it with a UserError that names the input, the value
// and what was expected. Which inputs there are and what they mean is not known here.
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';

const MAX_SHOWN_LENGTH = 100;

/** A refusal in the one form all inputs share. `expected` completes the sentence "Expected …". */
export function refuse(input: string, value: string, expected: string, suggestion = ''): never {
  throw new UserError(`Input '${input}' has the value ${shown(value)}. Expected ${expected}.${suggestion}`);
}

/** The value in quotes, on one line and cut to a length that fits a message. */
export function shown(value: string): string {
  // A control character in a message could start a workflow command.
  const line = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > MAX_SHOWN_LENGTH ? `'${line.slice(0, MAX_SHOWN_LENGTH)}…'` : `'${line}'`;
}

/** `true` or `false`, in lower case only: YAML's many other spellings are refused. */
export function readBoolean(input: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  return refuse(input, value, "'true' or 'false'", didYouMean(value, ['true', 'false']));
}

/** Exactly one of the choices. */
export function readChoice<T extends string>(input: string, value: string, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? refuseChoice(input, value, choices);
}

/** Any number of the choices, each once, in the order given. */
export function readChoices<T extends string>(input: string, text: string, choices: readonly T[]): readonly T[] {
  return unique(splitList(text).map((entry) => readChoice(input, entry, choices)));
}

/** A whole number above zero, written in digits only. */
export function readPositiveInteger(input: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number > 0 && Number.isSafeInteger(number)) return number;
  return refuse(input, value, "a whole number above 0, such as '200'");
}

/** A number above zero, decimals allowed; `max` names the largest one accepted. */
export function readPositiveNumber(input: string, value: string, max: number): number {
  const number = Number(value);
  if (/^\d+(\.\d+)?$/.test(value) && number > 0 && number <= max) return number;
  return refuse(input, value, `a number above 0 and at most ${max}, such as '10' or '2.5'`);
}

/** One entry a line; commas separate too, except inside the braces or brackets of a glob. */
export function splitList(text: string): readonly string[] {
  const entries = text.split(/\r?\n/).flatMap(splitAtCommas);
  return unique(entries.map((entry) => entry.trim()).filter((entry) => entry !== ''));
}

function splitAtCommas(line: string): string[] {
  const entries: string[] = [];
  let [entry, depth] = ['', 0];
  for (const character of line) {
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') depth = Math.max(0, depth - 1);
    if (character === ',' && depth === 0) {
      entries.push(entry);
      entry = '';
    } else entry += character;
  }
  return [...entries, entry];
}

function refuseChoice(input: string, value: string, choices: readonly string[]): never {
  const names = choices.map((choice) => `'${choice}'`).join(', ');
  return refuse(input, value, `one of ${names}`, didYouMean(value, choices));
}

function unique<T>(entries: readonly T[]): readonly T[] {
  return [...new Set(entries)];
}
