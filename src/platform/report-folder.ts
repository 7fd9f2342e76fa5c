// The folder in which everything a run produced is kept for people and programs (contract, section 2). What the files
// say is not decided here; secrets are masked on the way in.
import { isUtf8 } from 'node:buffer';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
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
    // As UTF-8 where it is that, so that a secret beyond ASCII is recognised; else byte for byte.
    const encoding = isUtf8(content) ? 'utf8' : 'latin1';
    return writeFile(path.join(this.dir, name), this.mask(content.toString(encoding)), encoding);
  }

  /** The whole text or what was there before, whatever happens to the process; written before it returns. */
  replace(name: string, text: string): void {
    const file = path.join(this.dir, name);
    writeFileSync(`${file}.new`, this.mask(text));
    renameSync(`${file}.new`, file);
  }

  /** Written before it returns, so that it survives whatever happens to the process next. */
  appendLine(name: string, line: string): void {
    appendFileSync(path.join(this.dir, name), `${this.mask(line)}\n`);
  }

  /** A file's text; empty when there is no such file. */
  readText(name: string): string {
    const file = path.join(this.dir, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}
