// Finds programs on PATH without starting a shell.
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The absolute path of a program on PATH. Relative and empty entries mean the current folder, where a stranger's
 * checkout may lie: they are left out.
 */
export function findProgram(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  for (const folder of (environment.PATH ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return undefined;
}
