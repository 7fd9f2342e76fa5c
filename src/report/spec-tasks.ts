// The task lists of the spec, ticked off by what the ledger proved. The spec itself is never changed.
import type { RunRecord } from './record.js';

interface SpecTask {
  text: string;
  /** How many tasks it stands below. */
  depth: number;
  /** Every requirement it refers to is proven; of a task that refers to none, whether the spec has it ticked. */
  isDone: boolean;
  /** Ids of what it refers to. */
  requirements: readonly string[];
}

interface SpecTasks {
  tasks: readonly SpecTask[];
  /** Of those that refer to requirements. */
  done: number;
  telling: number;
}

/** `undefined` for a spec without task lists, and where the requirements were not checked one by one. */
export function specTasks({ spec: { tasks = [] }, ledger }: RunRecord): SpecTasks | undefined {
  if (tasks.length === 0 || ledger.length === 0) return undefined;
  const proven = new Set(ledger.filter(({ status }) => status === 'proven').map(({ id }) => id));
  const isProven = (ids: readonly string[]) => ids.every((id) => proven.has(id));
  const telling = tasks.filter(({ requirements }) => requirements.length > 0);
  return {
    tasks: tasks.map(({ text, depth, ticked, requirements }) => ({
      ...{ text, depth, requirements, isDone: requirements.length === 0 ? ticked : isProven(requirements) },
    })),
    done: telling.filter(({ requirements }) => isProven(requirements)).length,
    telling: telling.length,
  };
}

export const TASKS_NOTE =
  'A box is ticked when the ledger proves every requirement that its task refers to. Tasks that refer to none are as the spec has them; the spec itself was not changed.';
