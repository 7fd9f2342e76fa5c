// What is on disk for the case that the process is killed: a report that is true at any moment, and where the work is.
// Both are replaced whole as the run goes on; the post step finishes from them (post-step.ts).
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Budget, Notebook } from '../agent/agent.js';
import { recordProgress } from './conclusion.js';
import { placeOf } from './destination.js';
import type { ReportFolder } from '../platform/report-folder.js';
import type { Ready } from './preparation.js';
import type { Folders, World } from './world.js';
import type { RunRecord } from '../report/report.js';
import { reportJson, runRecordSchema } from '../report/report.js';

const FILE = 'unfinished.json';
const commitId = z.string().regex(/^[0-9a-f]{40,64}$/);
const unfinishedRun = z.object({
  spec: z.object({ path: z.string(), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** What the run was started on. */
  base: z.object({ commit: commitId, branch: z.string() }),
  /** Where reports go that belong to a pull request or issue; of a comment's event GitHub had to be asked for it. */
  place: z.object({
    pullRequest: z
      .object({
        number: z.int().positive(),
        ...{ headRef: z.string(), headSha: z.string(), baseRef: z.string(), sameRepository: z.boolean() },
      })
      .optional(),
    issueNumber: z.int().positive().optional(),
  }),
  /** What the work is compared with. */
  from: commitId,
  /** What the work goes on from. */
  start: commitId,
  protectedFiles: z.array(z.string()),
  /** The last green commit; `from` while there is none. */
  head: commitId,
  /** What the head was brought together with, of its target branch. */
  onto: commitId.optional(),
  /** Folder of the report, absolute. */
  report: z.string(),
});

export type UnfinishedRun = z.infer<typeof unfinishedRun>;

interface Keeper {
  /** The record as far as the run is; its outcome is what it would be if the run were killed now. */
  soFar(): RunRecord;
  /** Writes down how far the run is. @param head when it has changed */
  keep(head?: string, onto?: string): void;
  /** Writes down the record as it is, with its outcome. */
  conclude(head: string, onto?: string): void;
}

interface KeeperTerms {
  world: Pick<World, 'base' | 'context' | 'mask'>;
  spec: UnfinishedRun['spec'];
  ready: Pick<Ready, 'mergeBase' | 'start' | 'scratch' | 'protectedFiles'>;
  record: RunRecord;
  folder: ReportFolder;
  progress: { notebook: Notebook; budget: Budget };
}

/** Begins to keep a run, and writes down its start. The files are gone with the run's scratch folder. */
export function keepUnfinished({ world, spec, ready, record, folder, progress }: KeeperTerms): Keeper {
  const facts: Omit<UnfinishedRun, 'head' | 'onto'> = {
    ...{ spec, base: world.base, from: ready.mergeBase.commit, start: ready.start.commit, report: folder.dir },
    protectedFiles: [...ready.protectedFiles],
    place: placeOf(world.context),
  };
  const keepHead = (head: string, onto: string | undefined) =>
    replaceFile(path.join(ready.scratch, FILE), JSON.stringify({ ...facts, head, onto }));
  const keeper: Keeper = {
    soFar() {
      const soFar: RunRecord = {
        ...record,
        usage: { ...record.usage },
        outcome: 'stopped',
        stopReason: 'cancelled',
        message: 'The run was ended from outside before it came to its end.',
      };
      recordProgress(soFar, progress, world.mask);
      return soFar;
    },
    keep(head, onto) {
      if (head !== undefined) keepHead(head, onto);
      folder.replace('report.json', reportJson(keeper.soFar()));
    },
    conclude(head, onto) {
      keepHead(head, onto);
      folder.replace('report.json', reportJson(record));
    },
  };
  keeper.keep(ready.start.commit);
  return keeper;
}

/** The runs of an invocation that did not come to their end. @param scratch of the invocation */
export function readUnfinished(scratch: string): UnfinishedRun[] {
  return readdirSync(scratch, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const text = readIfThere(path.join(scratch, entry.name, FILE));
      return text === undefined ? [] : [unfinishedRun.parse(JSON.parse(text))];
    });
}

/**
 * The records of an invocation whose process ends now, as they are on disk. One that has its verdict, but was not
 * published to the end, is marked there as cancelled.
 * @returns `isAll` when it had this one spec: of several some may not have begun, and those have no record
 */
export function markCutOff({ report, scratch }: Folders): { records: RunRecord[]; isAll: boolean } {
  const cutOff = readUnfinished(scratch).map((run) => run.report);
  const dirs = [report, ...readdirSync(report).map((name) => path.join(report, name))];
  const records = dirs.flatMap((dir) => {
    const file = path.join(dir, 'report.json');
    const text = readIfThere(file);
    if (text === undefined) return [];
    const record = runRecordSchema.parse(JSON.parse(text));
    if (cutOff.includes(dir) && record.stopReason === undefined) {
      record.stopReason = 'cancelled';
      replaceFile(file, reportJson(record));
    }
    return [record];
  });
  return { records, isAll: readIfThere(path.join(report, 'report.json')) !== undefined };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not there: a folder of something else, or of a run that never began
  }
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
