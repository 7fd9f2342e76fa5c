// What people see of a run while it goes on: the lines of the log, the status line of a terminal, the comment that follows
// the run. It is told what happens and asks nobody to wait; it decides nothing.
import type { AgentEvents } from '../agent/agent.js';
import type { Log } from '../platform/log.js';
import type { ModelUsage } from '../platform/model.js';
import type { LiveComment } from '../publish/publish.js';
import type { RunRecord } from '../report/report.js';
import { renderLive, renderStatus } from '../report/report.js';
import type { CargoRun, CommandWatch } from '../workshop/workshop.js';
import { runLine } from '../workshop/workshop.js';

/** What a run that is under way has of itself. */
interface Followed {
  /** The record as it is at this moment. */
  soFar(): RunRecord;
  /** Writes it down, after each action, in case that the process is killed. */
  keep(): void;
}

/** What the run is in: a turn, a verification. */
interface Chapter {
  /** It begins the titles of its commands' groups. */
  name: string;
  /** One line of the log. */
  announcement?: string;
  /** What its commands run on, behind the line of each, where that is not the work. */
  subject?: string;
  /** Its commands say nothing of how the work stands. */
  isAside?: boolean;
}

/** What runs beside the conversation: the gates on the base. */
const BASE: Chapter = { name: 'base', subject: 'before any change', isAside: true };

export class Progress implements AgentEvents {
  private run: Followed | undefined;
  private chapter: Chapter = { name: '' };
  private step = '';
  private since = new Date();
  private lastCargo: string | undefined;

  /** @param live absent where no comment follows the run */
  constructor(
    private readonly log: Log,
    private readonly live?: LiveComment,
  ) {}

  /** From now on the run has something to show. */
  begin(run: Followed): void {
    this.run = run;
  }

  enter(chapter: Chapter): void {
    this.chapter = chapter;
    if (chapter.announcement !== undefined) this.log.info(chapter.announcement);
    this.now(chapter.name);
  }

  asking(turn: number): void {
    this.chapter = { name: `turn ${turn}` };
    this.now(`turn ${turn} · waiting for the model`);
  }

  answered(turn: number, durationMs: number, usage: ModelUsage): void {
    const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
    this.log.detail(
      `turn ${turn}: the model answered after ${(durationMs / 1000).toFixed(1)} s; tokens: ${inputTokens} new, ` +
        `${cacheReadTokens} read from the cache, ${cacheWriteTokens} written to it, ${outputTokens} out`,
    );
  }

  words(_turn: number, text: string): void {
    this.log.output(text);
  }

  calling(turn: number, text: string): void {
    this.now(`turn ${turn} · ${text}`);
  }

  action(turn: number, text: string): void {
    this.log.info(`turn ${turn} · ${text}`);
    this.run?.keep();
    this.now(`turn ${turn} · ${text}`);
  }

  /**
   * Follows one command: its output in a group of its own, below it one line that says how it ended. What runs beside the
   * conversation is shown whole when it is over, or groups would mix.
   */
  readonly watch = (command: string, isLive: boolean): CommandWatch => {
    const { log, chapter } = this;
    const title = [isLive ? chapter.name : BASE.name, command].filter((part) => part !== '').join(' · ');
    const held: string[] = [];
    const resultLines: string[] = [];
    if (isLive) {
      log.group(title);
      this.now(`${this.chapter.name} · ${command}`);
    }
    return {
      line: (text) => {
        if (text.startsWith('test result: ')) resultLines.push(text);
        if (isLive) log.output(text);
        else held.push(text);
      },
      ended: (run) => {
        if (!isLive) log.group(title);
        for (const text of held) log.output(text);
        log.endGroup();
        this.ran(run, resultLines, isLive ? chapter : BASE);
      },
    };
  };

  /** Nothing is shown any more once this settles; may be called again. */
  async end(): Promise<void> {
    this.run = undefined;
    this.log.status(undefined);
    await this.live?.end();
  }

  private ran(run: CargoRun, resultLines: readonly string[], chapter: Chapter): void {
    // A list of tests says nothing by itself.
    if (run.exitCode === 0 && / --list( |$)/.test(run.command)) return;
    const line = runLine(run, resultLines);
    this.log.info(chapter.subject === undefined ? line : `${line} (${chapter.subject})`);
    if (chapter === BASE) return;
    if (!chapter.isAside) this.lastCargo = line;
    this.now(this.chapter.name);
  }

  private now(step: string): void {
    if (step !== this.step) this.since = new Date();
    this.step = step;
    const { run } = this;
    if (run === undefined) return;
    this.log.status(renderStatus(run.soFar(), step));
    this.live?.changed(() => {
      const { since, lastCargo } = this;
      return renderLive(run.soFar(), { step: this.step, since, ...(lastCargo === undefined ? {} : { lastCargo }) });
    });
  }
}
