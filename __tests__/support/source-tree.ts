// A SourceTree from an object literal: the files of a commit without a repository.
import { createHash } from 'node:crypto';
import type { SourceTree } from '../../src/platform/source-tree.js';

/** A file's content, or content with another git mode (`120000` is a symlink, whose content is its target). */
export type TreeEntry = string | Uint8Array | { content: string; mode: string };

export function sourceTree(entries: Readonly<Record<string, TreeEntry>>): SourceTree {
  const blobs = new Map<string, { bytes: Buffer; mode: string }>();
  for (const [path, entry] of Object.entries(entries)) {
    if (typeof entry === 'string' || entry instanceof Uint8Array) {
      blobs.set(path, { bytes: Buffer.from(entry as string), mode: '100644' });
    } else blobs.set(path, { bytes: Buffer.from(entry.content), mode: entry.mode });
  }
  const files = [...blobs].map(([path, { bytes, mode }]) => {
    const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    return { path, mode, oid, size: mode === '160000' ? 0 : bytes.length };
  });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files,
    read: (path) => {
      const blob = blobs.get(path);
      return Promise.resolve(blob?.mode.startsWith('100') ? blob.bytes : undefined);
    },
  };
}
