// The folder in which everything a run produced is kept for people and programs (contract, section 2). What the files
// say is not decided here; secrets are masked on the way in.
import { appendFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

export class ReportFolder {
  private constructor(
    readonly dir: string,
    private readonly mask: (text: string) => string,
  ) {}

  static async create(dir: string, mask: (text: string) => string): Promise<ReportFolder> {
    await mkdir(path.join(dir, 'outputs'), { recursive: true });
    return new ReportFolder(dir, mask);
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(path.join(this.dir, name), this.mask(text));
  }

  /** Bytes as they are, for what must stay applicable (a patch); a secret in it is masked all the same. */
  writeBytes(name: string, content: Buffer): Promise<void> {
    const text = content.toString('latin1');
    return writeFile(path.join(this.dir, name), this.mask(text), 'latin1');
  }

  /** Written before it returns, so that it survives whatever happens to the process next. */
  appendLine(name: string, line: string): void {
    appendFileSync(path.join(this.dir, name), `${this.mask(line)}\n`);
  }

  async read(name: string): Promise<string> {
    return readFile(path.join(this.dir, name), 'utf8');
  }
}
