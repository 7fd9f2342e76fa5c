// The commands of the command line in one table; the door to this room. Each is a file of its own. Starting them is
// cli.ts.
import type { Command } from './command.js';
import { DEMO } from './demo.js';
import { DOCTOR } from './doctor.js';
import { INIT } from './init.js';
import { REPLAY, RUN } from './run.js';

export type { CliWorld, Command } from './command.js';
export { UsageError } from './command.js';

/** In the order of the help text. */
export const COMMANDS: readonly Command[] = [RUN, REPLAY, DEMO, INIT, DOCTOR];
