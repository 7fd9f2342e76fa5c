// Which files the file tools may change, beyond what the work copy itself protects.
import path from 'node:path';
import { ToolError } from '../../errors.js';

/** @throws ToolError for a protected path, and for lock files: a line in one could bring a crate past the policy */
export function requireWritable(copy: { mayChange(relative: string): void }, relative: string): void {
  copy.mayChange(relative);
  if (path.posix.basename(relative).toLowerCase() === 'cargo.lock')
    throw new ToolError(`${relative} is written by cargo only. Call the cargo tool with add, remove or update.`);
}
