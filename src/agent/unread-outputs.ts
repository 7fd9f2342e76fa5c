// Remembers which pages of failing commands' outputs the model has not seen. Work is not completed or handed over while
// there are any: cut output has been read as success before.
import { ToolError } from '../errors.js';
import type { GateResult } from '../verify/verify.js';
import type { CargoRun, Outputs } from '../workshop/workshop.js';
import { PAGE_CHARS, paginate } from '../workshop/workshop.js';

interface UnreadOutput {
  command: string;
  pages: Set<number>;
}

const MAX_NAMED_PAGES = 20;

export class UnreadOutputs {
  private readonly unread = new Map<string, UnreadOutput>();

  /**
   * A command was run and its first view shown, which settles every earlier failure of it.
   * @param passes asked of a long output only: whether nothing failed, or nothing that is the run's to mend
   */
  async ran(
    outputs: Outputs,
    run: Pick<CargoRun, 'command' | 'output'>,
    passes: () => boolean | Promise<boolean>,
  ): Promise<void> {
    for (const [id, { command }] of this.unread) if (command === run.command) this.unread.delete(id);
    if (run.output.chars <= PAGE_CHARS || (await passes())) return; // the first view shows all of a short output
    const pages = new Set(paginate(await outputs.read(run.output)).map((_, i) => i + 1));
    this.unread.set(run.output.id, { command: run.command, pages });
  }

  /** Gates were run, and those that keep the work back shown. */
  async judged(outputs: Outputs, gates: readonly GateResult[]): Promise<void> {
    for (const { run, deciding, status } of gates) await this.ran(outputs, run, () => !deciding || status !== 'failed');
  }

  /** A page was shown. */
  read(id: string, page: number): void {
    const output = this.unread.get(id);
    output?.pages.delete(page);
    if (output?.pages.size === 0) this.unread.delete(id);
  }

  /** @throws ToolError naming everything that has to be read first */
  requireNone(action: string): void {
    if (this.unread.size === 0) return;
    const outputs = [...this.unread].map(
      ([id, { command, pages }]) => `- output ${id} of ${command}, unread pages: ${named([...pages])}`,
    );
    throw new ToolError(
      `${action} has to wait: commands failed, and pages of their outputs are unread.\n${outputs.join('\n')}\n` +
        `Read them with read_output, or run a command again until it passes.`,
    );
  }
}

function named(pages: readonly number[]): string {
  const more = pages.length - MAX_NAMED_PAGES;
  return `${pages.slice(0, MAX_NAMED_PAGES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
