// What a command of the command line is, and how its words are read. Which commands there are is commands.ts.
import { parseArgs } from 'node:util';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import type { FleetPlan } from '../fleet/fleet.js';
import type { Inputs, PlanInputs, RunContext } from '../inputs/inputs.js';
import { INPUT_DEFAULTS } from '../inputs/inputs.js';

export interface Command {
  name: string;
  /** What follows the name: `SPEC [--INPUT VALUE ...]`. */
  usage: string;
  /** One line of the list of commands. */
  summary: string;
  /** The rest of the command's own help. */
  details: string;
  /** @param words those after the name @returns the exit status @throws UsageError, UserError */
  start(words: readonly string[], world: CliWorld): Promise<number>;
}

/** What commands are given of the world. */
export interface CliWorld {
  /** The folder that holds agents/ and examples/. */
  root: string;
  /** Where the command was started. */
  folder: string;
  environment: NodeJS.ProcessEnv;
  print: (text: string) => void;
  /** Carries out a run. @returns the exit status */
  run: (request: { inputs: Inputs; context: RunContext }) => Promise<number>;
  /** Reads what is pending. `base`: the branch that the plan starts from. */
  plan: (request: { inputs: PlanInputs; context: RunContext }) => Promise<{ plan: FleetPlan; base: string }>;
}

/** The words of the command line are not understood. Exit status 2, as everywhere. */
export class UsageError extends UserError {
  override name = 'UsageError';
}

/** Words that are no options, and the options by their names. */
interface Words {
  positionals: string[];
  /** Without the two dashes. */
  values: Record<string, string>;
}

/**
 * Reads words of which `--name value` and `--name=value` are options.
 * @param names options that are known @throws UsageError for another one, or one without its value
 */
export function readWords(words: readonly string[], names: readonly string[]): Words {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const { positionals, values } = parseArgs({ args: [...words], options, allowPositionals: true });
    return { positionals, values: values as Record<string, string> };
  } catch (error) {
    const option = /'(--?[^' ]+)/.exec(String(error))?.[1] ?? '';
    if (names.includes(option.replace(/^--/, ''))) throw new UsageError(`Option ${option} needs a value.`);
    const known = names.map((name) => `--${name}`);
    const which =
      names === INPUT_NAMES
        ? 'Options are the inputs of action.yml.'
        : known.length === 0
          ? 'This command has none.'
          : `Options are ${known.join(', ')}.`;
    throw new UsageError(`Option ${option} is not understood.${didYouMean(option, known)} ${which}`);
  }
}

/** The options of every command that runs specs. */
export const INPUT_NAMES: readonly string[] = Object.keys(INPUT_DEFAULTS);
