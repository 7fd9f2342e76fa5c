// The folder in which everything a run produced is kept for people and programs (docs/contract.md, "Files of a run"). What the files
// say is not decided here; secrets are masked on the way in.
import { isUtf8 } from 'node:buffer';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

  /** The whole text or what was there before, whatever happens to the process; written before it returns. */
  replace(name: string, text: string): void {
    const file = path.join(this.dir, name);
    writeFileSync(`${file}.new`, this.mask(text));
    renameSync(`${file}.new`, file);
  }

  /** Takes a file away, if it is there. */
  remove(name: string): void {
    rmSync(path.join(this.dir, name), { force: true });
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

  /** The commands' outputs in the order they ran: names relative to the folder, sizes in bytes. */
  outputFiles(): { file: string; bytes: number }[] {
    const names = readdirSync(path.join(this.dir, 'outputs')).sort();
    return names.map((name) => ({
      file: `outputs/${name}`,
      bytes: statSync(path.join(this.dir, 'outputs', name)).size,
    }));
  }

  /**
   * A file's text; of a file above `maxBytes` its first and last lines, half of the room each, around a line that says
   * how much is left out.
   */
  readEnds(name: string, maxBytes: number): string {
    const file = openSync(path.join(this.dir, name), 'r');
    try {
      const { size } = statSync(path.join(this.dir, name));
      if (size <= maxBytes) return readFileSync(file, 'utf8');
      const half = Math.floor(maxBytes / 2);
      const head = readPart(file, 0, half);
      const tail = readPart(file, size - half, half);
      // Cut at line ends, so that no character is cut in two; a single line of this size loses some of its bytes.
      const first = head.subarray(0, head.lastIndexOf(0x0a) + 1 || half);
      const last = tail.subarray(tail.indexOf(0x0a) + 1);
      const left = size - first.length - last.length;
      return `${first.toString().replace(/\n?$/, '\n')}[… ${left.toLocaleString('en-US')} bytes left out; the whole is in ${name} …]\n${last.toString()}`;
    } finally {
      closeSync(file);
    }
  }
}

function readPart(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}

/** As UTF-8 where it is that, so that a secret beyond ASCII is recognised; else byte for byte. */
function encodingOf(content: Buffer): 'utf8' | 'latin1' {
  return isUtf8(content) ? 'utf8' : 'latin1';
}
