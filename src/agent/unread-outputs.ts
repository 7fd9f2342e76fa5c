// Remembers which pages of failing commands' outputs the model has not seen. Work is not completed or handed over while
// there are any: cut output has been read as success before.
import { ToolError } from '../errors.js';
import type { CargoRun, Outputs } from '../workshop/workshop.js';
import { PAGE_CHARS, paginate } from '../workshop/workshop.js';

interface UnreadOutput {
  command: string;
  pages: Set<number>;
}

const MAX_NAMED_PAGES = 20;

export class UnreadOutputs {
  private readonly unread = new Map<string, UnreadOutput>();

  /** A command was run and its first view shown. A pass of the same command settles every earlier failure of it. */
  async ran(outputs: Outputs, run: Pick<CargoRun, 'command' | 'exitCode' | 'output'>): Promise<void> {
    for (const [id, { command }] of this.unread) if (command === run.command) this.unread.delete(id);
    if (run.exitCode === 0 || run.output.chars <= PAGE_CHARS) return; // the first view shows all of a short output
    const pages = new Set(paginate(await outputs.read(run.output)).map((_, i) => i + 1));
    this.unread.set(run.output.id, { command: run.command, pages });
  }

  /** A page was shown. */
  read(id: string, page: number): void {
    const output = this.unread.get(id);
    output?.pages.delete(page);
    if (output?.pages.size === 0) this.unread.delete(id);
  }

  /** @throws ToolError naming what has to be read first */
  requireNone(action: string): void {
    const [first] = this.unread;
    if (first === undefined) return;
    const [id, { command, pages }] = first;
    const named = [...pages].slice(0, MAX_NAMED_PAGES).join(', ');
    const more = pages.size > MAX_NAMED_PAGES ? ` and ${pages.size - MAX_NAMED_PAGES} more` : '';
    throw new ToolError(
      `${action} has to wait: ${command} failed and its output ${id} has unread pages (${named}${more}). ` +
        `Read them with read_output, or run the command again until it passes.`,
    );
  }
}
