// Attacks on the gate between a path the model names and a file on disk.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ToolError } from '../../src/errors.js';
import { gatePath, printable } from '../../src/workshop/path-gate.js';

let parent: string;
let root: string;

beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'ferrule-gate-'));
  root = path.join(parent, 'repo');
  await mkdir(path.join(root, 'src'), { recursive: true });
  await mkdir(path.join(parent, 'repo-evil'));
  await writeFile(path.join(parent, 'repo-evil', 'x'), 'outside');
  await writeFile(path.join(root, 'src', 'lib.rs'), '');
  await symlink('../repo-evil', path.join(root, 'out'));
  await symlink('../repo-evil/x', path.join(root, 'out-file'));
  await symlink('src', path.join(root, 'inner'));
  await symlink('nowhere', path.join(root, 'dangling'));
  await symlink('loop-b', path.join(root, 'loop-a'));
  await symlink('loop-a', path.join(root, 'loop-b'));
  execFileSync('mkfifo', [path.join(root, 'fifo')]);
});
afterAll(() => rm(parent, { recursive: true, force: true }));

describe('the path gate refuses', () => {
  it.each([
    ['the parent', '../repo-evil/x', 'is outside'],
    ['the parent after a folder', 'src/../../repo-evil/x', 'is outside'],
    ['the parent itself', '..', 'is outside'],
    ['an absolute path', '/etc/passwd', 'is absolute'],
    ['an absolute path into itself', '/project/src/lib.rs', 'is absolute'],
    ['nothing', '', 'is not a usable path'],
    ['a path of great length', 'a/'.repeat(600), 'is not a usable path'],
    ['a name of great length', `${'n'.repeat(256)}.rs`, 'too long'],
    ['a name with too many bytes', 'é'.repeat(128), 'too long'],
    ['a NUL byte', 'src/a\0.rs', 'control characters'],
    ['a line end', 'src/a\n.rs', 'control characters'],
    ['an escape character', 'src/\x1b[31m.rs', 'control characters'],
    ['a turned reading direction', 'src/\u202Esr.bil', 'control characters'],
    ['half a character', 'src/\uD800.rs', 'control characters'],
    ['a backslash', 'src\\lib.rs', 'backslash'],
    ["git's folder", '.git', "git's own"],
    ["git's folder in other letters", 'src/.GiT/config', "git's own"],
    ["git's folder by its short name", 'GIT~1/config', "git's own"],
    ["git's folder with a trailing dot", '.git./config', "git's own"],
    ['a stream of git’s folder', '.git::$INDEX_ALLOCATION/config', "git's own"],
    ['a link to a file outside', 'out-file', 'is a symlink'],
    ['a file behind a link to the outside', 'out/x', 'through a symlink'],
    ['a new file behind a link to the outside', 'out/new/file', 'through a symlink'],
    ['a file behind a link to the inside', 'inner/lib.rs', 'through a symlink'],
    ['a link to nothing', 'dangling', 'is a symlink'],
    ['a new file behind a link to nothing', 'dangling/file', 'through a symlink'],
    ['a link in a circle', 'loop-a', 'is a symlink'],
    ['a file behind a link in a circle', 'loop-a/file', 'through a symlink'],
    ['a FIFO', 'fifo', 'neither a file nor a folder'],
  ])('%s', async (_, requested, reason) => {
    const gated = gatePath(root, requested);
    await expect(gated).rejects.toThrow(ToolError);
    await expect(gated).rejects.toThrow(reason);
    await expect(gated).rejects.not.toThrow(parent); // no path of the host in what the model reads
  });

  it('a path that only begins like the root', async () => {
    await expect(gatePath(root, '../repo/../repo-evil/x')).rejects.toThrow('is outside');
  });
});

describe('the path gate lets through', () => {
  it.each([
    ['src/lib.rs', 'src/lib.rs'],
    ['./src//lib.rs', 'src/lib.rs'],
    ['src/../src/lib.rs', 'src/lib.rs'],
    ['src/', 'src'],
    ['./', '.'],
    ['new/folder/file.rs', 'new/folder/file.rs'],
    ['.gitignore', '.gitignore'],
    ['src/.github.rs', 'src/.github.rs'],
    ['ü/名.rs', 'ü/名.rs'],
    ['..rs', '..rs'],
  ])('%s', async (requested, relative) => {
    expect(await gatePath(root, requested)).toEqual({ relative, absolute: path.join(root, relative) });
  });

  it('a root that is itself reached through a link', async () => {
    await symlink('repo', path.join(parent, 'link-to-repo'));
    expect((await gatePath(path.join(parent, 'link-to-repo'), 'src/lib.rs')).absolute).toBe(
      path.join(root, 'src/lib.rs'),
    );
  });
});

describe('in a tree that an attacker has made', () => {
  const name = fc.constantFrom('a', 'b', 'secret'); // few, so that what is asked is often there
  const local = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
  const target = fc.oneof(
    local,
    fc.constantFrom('..', '../..', '../outside', '../outside/secret', '/', '.', 'a', 'b/..'),
  );
  const entry = fc.oneof(
    fc.record({ kind: fc.constant('file' as const), at: local }),
    fc.record({ kind: fc.constant('folder' as const), at: local }),
    fc.record({ kind: fc.constant('link' as const), at: local, target }),
  );
  const piece = fc.constantFrom('a', 'b', 'c', 'secret', 'outside', '..', '.', '', 'tree', '~', '%2e%2e', 'proc');
  const asked = fc.oneof(
    { weight: 4, arbitrary: local },
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('/')),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );

  it('leads to nothing outside, whatever the tree and whatever is asked', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-gate-'));
    let passed = 0;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(entry, { maxLength: 8 }),
          fc.array(asked, { minLength: 8, maxLength: 8 }),
          async (tree, paths) => {
            await rm(folder, { recursive: true, force: true });
            const inside = path.join(folder, 'tree');
            for (const each of [inside, path.join(folder, 'outside')]) await mkdir(each, { recursive: true });
            await writeFile(path.join(folder, 'outside', 'secret'), 'outside');
            // What an earlier entry has made impossible is left out: the attacker's links must not lead us astray either.
            for (const each of tree) await plant(inside, each).catch(() => undefined);
            for (const requested of paths) {
              const gated = await gatePath(inside, requested).catch((error: unknown) => error);
              if (gated instanceof ToolError) continue;
              if (gated instanceof Error) throw gated;
              passed++;
              const { absolute } = gated as Awaited<ReturnType<typeof gatePath>>;
              const real = await realpath(absolute).catch(() => undefined); // what is not there yet leads nowhere
              if (real !== undefined) expect(real).toBe(absolute);
              expect(absolute === inside || absolute.startsWith(`${inside}/`)).toBe(true);
            }
          },
        ),
        { numRuns: 300 },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect(passed).toBeGreaterThan(100); // a gate that refuses everything would hold too
  });

  async function plant(inside: string, each: { kind: 'file' | 'folder' | 'link'; at: string; target?: string }) {
    const at = path.join(inside, each.at);
    const parentOf = path.dirname(at);
    await mkdir(parentOf, { recursive: true });
    if (!(await realpath(parentOf)).startsWith(inside)) return;
    if (each.kind === 'folder') await mkdir(at);
    else if (each.kind === 'link') await symlink(each.target ?? '.', at);
    else await writeFile(at, 'inside', { flag: 'wx' });
  }
});

describe('a path that is shown', () => {
  it('has no control character left and is bounded', () => {
    expect(printable('a\u001b[2J\u202E')).toBe('a\\u{1b}[2J\\u{202e}');
    expect(printable('x'.repeat(500))).toHaveLength(201);
  });
});
