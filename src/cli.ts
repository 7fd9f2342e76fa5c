// The command line: finds the command that the first word names, and writes the help texts. What a command does is in
// commands/.
import type { CliWorld, Command } from './commands/commands.js';
import { COMMANDS, UsageError } from './commands/commands.js';
import { didYouMean } from './did-you-mean.js';

const HELP_WORDS: readonly string[] = ['help', '--help', '-h'];

const EXIT_STATUS = `Exit status: 0 verified, or nothing was to do; 1 not verified, refused or failed, or something is to be mended (doctor);
2 the words were not understood.`;

/** @returns the exit status @throws UsageError for words that are not understood, UserError for what forbids the command */
export async function runCli(words: readonly string[], world: CliWorld): Promise<number> {
  const [first = 'help', ...rest] = words;
  if (HELP_WORDS.includes(first)) {
    const [name] = rest;
    world.print(name === undefined ? overview() : helpOf(find(name)));
    return 0;
  }
  const command = find(first);
  if (!rest.some((word) => word === '--help' || word === '-h')) return command.start(rest, world);
  world.print(helpOf(command));
  return 0;
}

function find(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return command;
  const known = [...COMMANDS.map((each) => each.name), 'help'];
  throw new UsageError(`There is no command '${name}'.${didYouMean(name, known)} See ferrule help.`);
}

function overview(): string {
  const lines = COMMANDS.map((command) => `  ${synopsis(command)}\n      ${command.summary}`);
  return `ferrule: turns an architecture spec into Rust, and proves with cargo what was built

${lines.join('\n')}

ferrule help COMMAND tells more of one.
${EXIT_STATUS}`;
}

function helpOf(command: Command): string {
  return `${synopsis(command)}: ${command.summary}\n\n${command.details}\n\n${EXIT_STATUS}`;
}

function synopsis({ name, usage }: Command): string {
  return `ferrule ${name} ${usage}`.trimEnd();
}
