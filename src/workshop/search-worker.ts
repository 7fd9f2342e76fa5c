// Searches files of a work copy for a regular expression, in a thread of its own, so that a pattern that backtracks
// without end can be stopped. Which files are searched is the caller's choice; nothing outside of the root is opened.
import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.js';

export interface SearchRequest {
  /** Absolute path of the work copy. */
  root: string;
  /** Relative to the root, searched in this order. */
  paths: readonly string[];
  /** A JavaScript regular expression, matched line by line; may begin with `(?i)`, as in Rust. */
  pattern: string;
  maxMatches: number;
  /** Longer lines are cut around the match, with a note. */
  maxLineChars: number;
  timeoutMs: number;
}

type SearchResult =
  | {
      kind: 'matches';
      matches: { path: string; /** 1-based. */ line: number; text: string }[];
      /** There are more matches than `maxMatches`. */
      more: boolean;
      /** Files not searched: binary, over 2 MB, gone, or reached through a symbolic link. */
      skipped: number;
    }
  | { kind: 'bad-pattern'; reason: string }
  | { kind: 'timed-out' };

/** Searches; rejects only for a defect of ours. */
export async function searchFiles(request: SearchRequest): Promise<SearchResult> {
  const { source, flags } = splitFlags(request.pattern);
  try {
    new RegExp(source, flags);
  } catch (thrown) {
    return { kind: 'bad-pattern', reason: messageOf(thrown) };
  }
  const worker = new Worker(WORKER_SOURCE, {
    eval: true,
    workerData: { ...request, source, flags },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  let deadline: NodeJS.Timeout | undefined;
  try {
    return await new Promise<SearchResult>((resolve, reject) => {
      deadline = setTimeout(() => resolve({ kind: 'timed-out' }), request.timeoutMs);
      worker.once('message', (result: SearchResult) => resolve(result));
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the search thread ended with ${code} and no result`)));
    });
  } finally {
    clearTimeout(deadline);
    await worker.terminate();
  }
}

/** `(?i)x` is what models write for Rust's and ripgrep's engines; JavaScript has flags instead. */
function splitFlags(pattern: string): { source: string; flags: string } {
  const match = /^\(\?([ims]+)\)/.exec(pattern);
  return match
    ? { source: pattern.slice(match[0].length), flags: [...new Set(match[1])].join('') }
    : { source: pattern, flags: '' };
}

/**
 * The thread's program, as text because a bundle has no second file to start. A file is opened only when its real path
 * is the path that was asked for, so that no link leads out of the root.
 */
const WORKER_SOURCE = `
const { parentPort, workerData } = require('node:worker_threads');
const fs = require('node:fs');
const path = require('node:path');
const { paths, source, flags, maxMatches, maxLineChars } = workerData;
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const BINARY_PROBE_BYTES = 8000;
const root = fs.realpathSync(workerData.root);
const pattern = new RegExp(source, flags);

function readText(relative) {
  const file = path.join(root, relative);
  let handle;
  try {
    if (!file.startsWith(root + path.sep) || fs.realpathSync(file) !== file) return undefined;
    handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
    const stat = fs.fstatSync(handle);
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return undefined;
    const bytes = fs.readFileSync(handle);
    return bytes.subarray(0, BINARY_PROBE_BYTES).includes(0) ? undefined : bytes.toString('utf8');
  } catch {
    return undefined; // gone or unreadable: counted as skipped
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

function cut(line, match) {
  if (line.length <= maxLineChars) return line;
  const inView = match.index + match[0].length <= maxLineChars;
  const start = inView ? 0 : Math.max(0, match.index - Math.floor(maxLineChars / 4));
  const text = line.slice(start, start + maxLineChars);
  return (start > 0 ? '… ' : '') + text + ' … [cut: the line has ' + line.length + ' characters]';
}

function search() {
  const matches = [];
  let skipped = 0;
  for (const relative of paths) {
    const text = readText(relative);
    if (text === undefined) {
      skipped += 1;
      continue;
    }
    const lines = text.split(/\\r?\\n/);
    if (lines.at(-1) === '') lines.pop();
    for (const [index, line] of lines.entries()) {
      const match = pattern.exec(line);
      if (!match) continue;
      if (matches.length === maxMatches) return { kind: 'matches', matches, more: true, skipped };
      matches.push({ path: relative, line: index + 1, text: cut(line, match) });
    }
  }
  return { kind: 'matches', matches, more: false, skipped };
}

parentPort.postMessage(search());
`;
