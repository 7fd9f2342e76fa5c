// Runs the tool calls of one answer, one after the other in the order given. Tells the model's mistakes from defects of
// ours, and notices when the model goes round in circles.
import { createHash } from 'node:crypto';
import { ToolError } from '../errors.js';
import { TOO_LARGE_INPUT } from './answer.js';
import type { ToolResult } from './conversation.js';
import { holdsInputStub } from './left-out.js';
import type { ToolCall } from './stop-reasons.js';
import type { Tool, ToolContext } from './tools/tool.js';

/** The same call that fails this often on unchanged work ends the run: the model does not get out of it by itself. */
const MAX_REPEATED_FAILURES = 5;
/** From this repetition on the model is told that it repeats itself. */
const WARN_REPEATED_FAILURES = 2;
/** Longest error text: it may quote the model's own input. */
const MAX_ERROR_CHARS = 4_000;

interface CallsRun {
  /** One for each call, also for those that were not run. */
  results: ToolResult[];
  end: { kind: 'finished'; finishId: string } | { kind: 'loop'; message: string } | { kind: 'cancelled' } | undefined;
}

export class ToolCalls {
  private readonly tools: ReadonlyMap<string, Tool>;
  /** How often in a row a call has failed for the same reason, by a hash of the call and of the work it failed on. */
  private readonly failures = new Map<string, { times: number; refusal: string | undefined }>();

  constructor(
    tools: readonly Tool[],
    private readonly context: ToolContext,
    private readonly follow: {
      starts(call: ToolCall): void;
      ran(call: ToolCall, result: { text: string; isError: boolean }): void;
    },
  ) {
    this.tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  /** @throws what is no mistake of the model */
  async run(calls: readonly ToolCall[]): Promise<CallsRun> {
    const results: ToolResult[] = [];
    let end: CallsRun['end'];
    for (const [i, call] of calls.entries()) {
      if (this.context.signal.aborted) end = { kind: 'cancelled' };
      if (end !== undefined) break;
      this.follow.starts(call);
      const { refusal, ...result } = await this.call(call, {
        isLast: i === calls.length - 1,
        failedBefore: results.some(({ isError }) => isError),
      });
      const repeated = result.isError ? this.countFailure(call, refusal) : this.forgetFailures(call);
      if (repeated >= WARN_REPEATED_FAILURES) result.text += repeatedNote(repeated);
      results.push({ id: call.id, ...result });
      this.follow.ran(call, result);
      if (call.name === 'finish' && !result.isError) end = { kind: 'finished', finishId: call.id };
      else if (repeated >= MAX_REPEATED_FAILURES)
        end = { kind: 'loop', message: `The model made the same failing call ${repeated} times: ${call.name}.` };
    }
    results.push(...notRun(calls.slice(results.length)));
    return { results, end };
  }

  /** `refusal`: why nothing ran. */
  private async call(
    call: ToolCall,
    place: { isLast: boolean; failedBefore: boolean },
  ): Promise<{ text: string; isError: boolean; refusal?: string }> {
    const tool = this.tools.get(call.name);
    try {
      if (tool === undefined)
        throw new ToolError(
          `There is no tool ${call.name.slice(0, 100)}. There are: ${[...this.tools.keys()].join(', ')}.`,
        );
      if (call.input === TOO_LARGE_INPUT)
        throw new ToolError('The input is too large. Write a large file in parts: its beginning first, then edits.');
      if (holdsInputStub(call.input))
        throw new ToolError(
          'The input repeats a note of the harness about text it left out of an earlier call. Give the text itself.',
        );
      if (tool.name === 'finish' && !place.isLast)
        throw new ToolError('finish comes last: call it alone, after the results of everything else.');
      if (tool.name === 'finish' && place.failedBefore)
        throw new ToolError('Not handed over: a call before it in this answer failed. See to that first.');
      const result = await tool.call(call.input, this.context);
      return typeof result === 'string' ? { text: result, isError: false } : { text: result.failed, isError: true };
    } catch (error) {
      // Only what the model can mend becomes a result; a defect of ours ends the run.
      if (!(error instanceof ToolError)) throw error;
      const { message } = error;
      const isLong = message.length > MAX_ERROR_CHARS;
      const text = isLong ? `${message.slice(0, MAX_ERROR_CHARS)}\n[cut]` : message;
      return { text, isError: true, refusal: message };
    }
  }

  /**
   * How often this very call has now failed in a row on the work as it is. Being refused for another reason than before is
   * progress: what was asked for last time has been done. What a command that ran prints is never twice the same.
   */
  private countFailure(call: ToolCall, refusal: string | undefined): number {
    const key = this.keyOf(call);
    const last = this.failures.get(key);
    const times = last !== undefined && last.refusal === refusal ? last.times + 1 : 1;
    this.failures.set(key, { times, refusal });
    return times;
  }

  private forgetFailures(call: ToolCall): 0 {
    this.failures.delete(this.keyOf(call));
    return 0;
  }

  private keyOf({ name, input }: ToolCall): string {
    const subject = JSON.stringify([name, input, this.context.workshop.changes()]);
    return createHash('sha256').update(subject).digest('hex');
  }
}

/** Results for calls that are not run: each still gets one, as the API demands. */
export function notRun(calls: readonly ToolCall[]): ToolResult[] {
  return calls.map(({ id }) => ({ id, text: 'Not run.', isError: true }));
}

function repeatedNote(times: number): string {
  return (
    `\n[This very call has now failed ${times} times, and nothing was changed in between. ` +
    `Find the cause or take another way; after ${MAX_REPEATED_FAILURES} times the run ends.]`
  );
}
