// Writes tar archives entry by entry, also ones that no honest tool would write.
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  name: string;
  content?: string;
  /** Makes it a symbolic link. */
  link?: string;
  /** Makes it a folder when the name ends in `/`. */
  mode?: number;
}

/** A gzipped ustar archive. */
export function tarGz(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, content = '', link, mode = 0o644 }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
    header.write(name, 0);
    header.write(octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(body.length, 11) + octal(0, 11), 100);
    header.write(' '.repeat(8), 148);
    header.write(link !== undefined ? '2' : name.endsWith('/') ? '5' : '0', 156);
    header.write(link ?? '', 157);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
