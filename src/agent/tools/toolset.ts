// The tools, as an explicit list, in the order in which the model sees them.
import { ask } from './ask.js';
import { cargo } from './cargo.js';
import { completeIncrement } from './complete-increment.js';
import { deleteFile } from './delete-file.js';
import { editFile } from './edit-file.js';
import { finish } from './finish.js';
import { listFiles } from './list-files.js';
import { outline } from './outline.js';
import { plan } from './plan.js';
import { readFile } from './read-file.js';
import { readOutput } from './read-output.js';
import { record } from './record.js';
import { searchFiles } from './search-files.js';
import type { Tool } from './tool.js';
import { writeFile } from './write-file.js';

const TOOLS: readonly Tool[] = [
  readFile,
  listFiles,
  searchFiles,
  outline,
  writeFile,
  editFile,
  deleteFile,
  cargo,
  readOutput,
  plan,
  completeIncrement,
  ask,
  record,
  finish,
];

/** The tools of those names. */
export function toolset(names: readonly string[]): Tool[] {
  return TOOLS.filter(({ name }) => names.includes(name));
}
