// What a step tells when its runs are over: outputs, job summary, verdicts, annotations. What the texts say is report/'s
// affair; here they go to the runner, through the outlet and the log.
import { messageOf } from './errors.js';
import type { RunContext } from './inputs/inputs.js';
import type { Log } from './platform/log.js';
import type { Outlet } from './platform/outlet.js';
import type { RunRecord, SummarySources } from './report/report.js';
import {
  annotationLine,
  annotationsLeftLine,
  annotationsOf,
  exitStatus,
  openLines,
  renderSummaries,
  verdictLine,
} from './report/report.js';

/** What the runner takes from a step. */
interface RunnerStep {
  setOutput: (name: string, value: string) => void;
  /** Markdown for the job summary. */
  writeSummary: (text: string) => Promise<void>;
}

/** Of errors and of warnings that are no annotations; the report has all of them. */
const MAX_LINES = 10;

export class Announcement {
  constructor(
    private readonly log: Log,
    private readonly outlet: Outlet,
    private readonly step: RunnerStep,
  ) {}

  setOutputs(outputs: Readonly<Record<string, string>>): void {
    const mask = this.outlet.masking('the step outputs');
    for (const [name, value] of Object.entries(outputs)) this.step.setOutput(name, mask(value));
  }

  /** A row for each spec where there are several, then each one's report. */
  async summarise(results: readonly ({ record: RunRecord } & SummarySources)[]): Promise<void> {
    const text = renderSummaries(results);
    if (text !== '') await this.writeSummary(text);
  }

  /** Markdown for the job summary. A runner without one, or with a full disk, must not fail a run that is over. */
  async writeSummary(text: string): Promise<void> {
    try {
      await this.step.writeSummary(this.outlet.masking('the job summary')(text));
    } catch (error) {
      this.log.warning(`The job summary could not be written: ${messageOf(error)}`);
    }
  }

  /** A line for each; where it is red, an error on its spec. */
  tellVerdicts(records: readonly RunRecord[]): void {
    for (const record of records) {
      const line = verdictLine(record);
      if (exitStatus([record]) === 0) this.log.info(line);
      else this.log.error(line, record.spec.title === '' ? undefined : { file: record.spec.path });
    }
  }

  /**
   * After the verdicts, which must have their places among the few annotations that a step has. Errors and warnings that
   * have none, on a terminal all of them, are lines; questions are lines in any case (`tellOpen`).
   */
  annotate(records: readonly RunRecord[]): void {
    const lines = { error: 0, warning: 0 };
    const left = records.flatMap(annotationsOf).filter((annotation) => {
      const { level, title, text, ...at } = annotation;
      if (this.log.annotation(level, title, text, at) || level === 'notice') return false;
      if (++lines[level] > MAX_LINES) return true;
      this.log[level](annotationLine(annotation), at);
      return false;
    });
    const line = annotationsLeftLine(left);
    if (line !== '') this.log.info(line);
  }

  /** What is left to be mended, decided or answered. */
  tellOpen(records: readonly RunRecord[]): void {
    for (const line of records.flatMap(openLines)) this.log.info(line);
  }

  /** The exit status. An alarm is never green, whatever cargo said of the work. */
  statusOf(records: readonly RunRecord[]): number {
    return this.outlet.alarms.length > 0 ? 1 : exitStatus(records);
  }
}

/** What an action that only reads and tells is given of its step. */
export interface Step {
  context: RunContext;
  getInput: (name: string) => string;
  log: Log;
  announcement: Announcement;
  /** Takes inputs and tokens out of the environment, which children could inherit. */
  forgetPrivateVariables: () => void;
}
