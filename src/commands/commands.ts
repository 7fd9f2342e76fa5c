// The commands of the command line in one table; the door to this room. Each is a file of its own. Starting them is
// cli.ts.
import type { Command } from './command.js';
import { CHECK_SPEC } from './check-spec.js';
import { DEMO } from './demo.js';
import { DOCTOR } from './doctor.js';
import { INIT } from './init.js';
import { PLAN } from './plan.js';
import { REPLAY, RUN } from './run.js';

export type { CliWorld, Command } from './command.js';
export { UsageError } from './command.js';

/** In the order of the help text. */
export const COMMANDS: readonly Command[] = [RUN, REPLAY, PLAN, CHECK_SPEC, DEMO, INIT, DOCTOR];
