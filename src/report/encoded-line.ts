// Data in a hidden line below a report's mark, from run to run. Encoded, so that no text in it can end the comment that it
// is. What the lines hold, and whose count, is decided elsewhere.
import type { z } from 'zod';
import { parseMark } from './mark.js';

/** `<!-- ferrule-<name> <base64url JSON> -->` */
export function encodedLine(name: string, value: unknown): string {
  return `<!-- ferrule-${name} ${Buffer.from(JSON.stringify(value)).toString('base64url')} -->`;
}

/**
 * What a text that begins with our mark holds in the line of this name, among the hidden lines right below the mark:
 * `none` without it, `unreadable` when somebody changed it.
 */
export function readEncodedLine<T>(text: string, name: string, shape: z.ZodType<T>): T | 'none' | 'unreadable' {
  const hidden = /^[^\n]*\n((?:<!-- ferrule-[^\n]*(?:\n|$))*)/.exec(text)?.[1]?.split('\n') ?? [];
  const line = hidden.find((each) => /^<!-- ferrule-([\w-]*)/.exec(each)?.[1] === name);
  if (parseMark(text) === undefined || line === undefined) return 'none';
  const code = /^<!-- ferrule-[\w-]+ ([\w-]+) -->$/.exec(line.trimEnd())?.[1];
  return (code === undefined ? undefined : shape.safeParse(decoded(code)).data) ?? 'unreadable';
}

function decoded(code: string): unknown {
  try {
    return JSON.parse(Buffer.from(code, 'base64url').toString('utf8'));
  } catch {
    return undefined; // typed by someone, not written by us
  }
}
