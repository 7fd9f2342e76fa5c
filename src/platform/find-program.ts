// Finds programs on PATH without starting a shell.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The absolute path of a program on PATH. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  for (const folder of (environment.PATH ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return undefined;
}
