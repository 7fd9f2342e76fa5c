// Specs in the layouts of other tools, small and of the shape that those tools write.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const FOLDER = new URL('../fixtures/brief/specs/', import.meta.url).pathname;

/** The files of a fixture, `<name>/…` → text. */
export async function specFixture(name: string): Promise<Record<string, string>> {
  const files = await readdir(path.join(FOLDER, name), { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name));
  const read = paths.map(async (file) => [path.relative(FOLDER, file), await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}
