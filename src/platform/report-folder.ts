// The folder in which everything a run produced is kept for people and programs (contract, section 2). What the files
// say is not decided here; secrets are masked on the way in.
import { isUtf8 } from 'node:buffer';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
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
    const encoding = encodingOf(content);
    return writeFile(path.join(this.dir, name), this.mask(content.toString(encoding)), encoding);
  }

  /** Written before it returns, so that it survives whatever happens to the process next. */
  appendLine(name: string, line: string): void {
    appendFileSync(path.join(this.dir, name), `${this.mask(line)}\n`);
  }

  /** Masks every file once more as a whole: what was written line by line may hold a secret that goes over several. */
  async maskWholeFiles(): Promise<void> {
    for (const entry of await readdir(this.dir, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      const content = await readFile(file);
      const encoding = encodingOf(content);
      const text = content.toString(encoding);
      const masked = this.mask(text);
      if (masked !== text) await writeFile(file, masked, encoding);
    }
  }

  /** A file's text; empty when there is no such file. */
  readText(name: string): string {
    const file = path.join(this.dir, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}

/** As UTF-8 where it is that, so that a secret beyond ASCII is recognised; else byte for byte. */
function encodingOf(content: Buffer): 'utf8' | 'latin1' {
  return isUtf8(content) ? 'utf8' : 'latin1';
}
