// What a signal does: the first asks the run to end in order, the second, or an end that takes too long, ends the process
// with outputs that say how far the run was. Report and state are on disk at any moment (run/unfinished.ts); the post step
// does the rest.
import type { Announcement } from './announcement.js';
import type { Log } from './platform/log.js';
import { actionOutputs } from './report/report.js';
import type { Folders } from './run/run.js';
import { markCutOff } from './run/run.js';

/** A runner gives a cancelled step 7.5 s, then SIGTERM, then 2.5 s. */
const GRACE_MS = 5_000;
const STOPPED = { outcome: 'stopped', 'stop-reason': 'cancelled' };

export class Cancellation {
  private readonly abort = new AbortController();
  private folders: Folders | undefined;

  /** @param isAction whether there are outputs, and a post step */
  constructor(
    private readonly log: Log,
    private readonly announcement: Announcement,
    private readonly isAction: boolean,
  ) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  listen(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.cancel());
  }

  /** From now on there are runs whose state is in these folders. */
  watch(folders: Folders): void {
    this.folders = folders;
  }

  private cancel(): void {
    if (this.abort.signal.aborted) return this.leave('Cancelled again');
    this.log.warning('Cancelled: the run ends now and publishes what it has.');
    this.abort.abort();
    setTimeout(() => this.leave('The end took too long'), GRACE_MS).unref();
  }

  private leave(why: string): void {
    const { log, isAction } = this;
    log.status(undefined);
    log.warning(`${why}: the process ends here.${isAction ? ' The post step publishes what is left to publish.' : ''}`);
    try {
      if (isAction) this.announcement.setOutputs(this.outputs());
    } finally {
      process.exit(1);
    }
  }

  private outputs(): Record<string, string> {
    if (this.folders === undefined) return STOPPED;
    const { records, isAll } = markCutOff(this.folders);
    const outputs = actionOutputs(records, this.folders.report);
    return isAll ? outputs : { ...outputs, ...STOPPED };
  }
}
