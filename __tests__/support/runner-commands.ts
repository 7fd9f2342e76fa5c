// The two command parsers of the Actions runner, ported from ActionCommand.cs (TryParseV2, TryParse), made stricter: any
// name counts as registered, and characters that a culture-sensitive comparison ignores are removed first.

/** The lines as the runner's stream reader sees them: it ends a line at CR, LF or both. */
export function runnerLines(written: string): string[] {
  return written.split(/\r\n|\r|\n/);
}

/** Name of the command the runner would find in the line. */
export function runnerCommand(line: string): string | undefined {
  const weighed = line.replace(/[\p{Cf}\p{DI}\x00-\x08\x0e-\x1f\x7f]/gu, '');
  return secondVersion(weighed) ?? firstVersion(weighed);
}

function secondVersion(line: string): string | undefined {
  const message = line.trimStart();
  if (!message.startsWith('::')) return undefined;
  const end = message.indexOf('::', 2);
  return end < 0 ? undefined : message.slice(2, end).split(' ')[0];
}

function firstVersion(line: string): string | undefined {
  const start = line.indexOf('##[');
  if (start < 0) return undefined;
  const end = line.indexOf(']', start);
  return end < 0 ? undefined : line.slice(start + 3, end).split(' ')[0];
}

/**
 * Names of the commands that the runner would obey, in order, with `stop-commands` and the line that ends it
 * (ActionCommandManager.cs): in between it obeys nothing else.
 */
export function obeyedCommands(written: string): string[] {
  const obeyed: string[] = [];
  let token: string | undefined;
  for (const line of runnerLines(written)) {
    const name = runnerCommand(line);
    if (name === undefined || (token !== undefined && name.toLowerCase() !== token.toLowerCase())) continue;
    if (token !== undefined) token = undefined;
    else if (name === 'stop-commands') token = line.slice(line.indexOf('stop-commands::') + 'stop-commands::'.length);
    else obeyed.push(name);
  }
  return obeyed;
}
