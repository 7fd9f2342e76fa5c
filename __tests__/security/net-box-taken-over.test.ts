// What a NET box can still do when cargo in it obeys an attacker: nothing that reaches the host, the work or later boxes.
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolError } from '../../src/errors.js';
import type { RunnerCargo } from '../../src/workshop/runner-cargo.js';
import { readRunnerCargo } from '../../src/workshop/runner-cargo.js';
import type { Bench } from '../support/workshop.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';

const CRATE = { 'Cargo.toml': MANIFEST, 'src/lib.rs': '' };

const bench = sharedBench();
let folder: string;
let runnerCargo: RunnerCargo;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferrule-taken-over-'));
  runnerCargo = await readRunnerCargo({ CARGO_HOME: folder });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a NET box that was taken over', () => {
  /** A bench whose NET box runs a script of the attacker's in place of cargo. */
  const takenOver = (script: string): Bench => ({
    ...bench,
    sandbox: {
      ...bench.sandbox,
      run: (request) =>
        bench.sandbox.run(request.box === 'exec' ? request : { ...request, command: ['/bin/sh', '-c', script] }),
    },
  });
  const LOCK = (source: string) =>
    `version = 4\n[[package]]\nname = "x"\nversion = "1.0.0"\nsource = "${source}"\n[[package]]\nname = "tiny"\nversion = "0.1.0"\n`;

  it('cannot have a file of the host read by leaving a link', async () => {
    const secret = path.join(folder, 'secret');
    await writeFile(secret, 'canary-4711');
    const script = `rm -f Cargo.toml; ln -s ${secret} Cargo.toml; ln -s ${secret} Cargo.lock`;
    await using opened = await openTestWorkshop(takenOver(script), CRATE, { runnerCargo });
    const run = await opened.workshop.changeDependencies(['add', 'tinyone']);
    expect([...run.changed.keys()]).toEqual([]);
    expect(await readFile(path.join(opened.workshop.copy.root, 'Cargo.toml'), 'utf8')).toBe(MANIFEST);
  });

  it.each([
    [
      'a git dependency',
      `grep -q dep Cargo.toml || printf '[dependencies]\\ntinyone = { git = "https://evil.example/x" }\\n' >> Cargo.toml`,
      "source ('git')",
    ],
    [
      'another crate',
      `grep -q dep Cargo.toml || printf '[dependencies]\\nevil = "1"\\n' >> Cargo.toml`,
      "dependency 'evil'",
    ],
    ['a build script', `grep -q build Cargo.toml || sed -i '2i build = "x.rs"' Cargo.toml`, '[package]'],
    [
      'a git package in the lock file',
      `printf '${LOCK('git+https://evil.example/x#0123').replaceAll('\n', '\\n')}' > Cargo.lock`,
      'would bring x from git+https://evil.example/x',
    ],
  ])('cannot bring %s into the work', async (_, script, words) => {
    await using opened = await openTestWorkshop(takenOver(script), CRATE, { runnerCargo });
    const adding = opened.workshop.changeDependencies(['add', 'tinyone']);
    await expect(adding).rejects.toThrow(ToolError);
    await expect(adding).rejects.toThrow(words);
    expect(opened.workshop.changes()).toEqual([]);
    expect(opened.workshop.dependencies.unpublishedLock).toBeUndefined();
  });

  it('cannot bring it by a download for a manifest of the model either', async () => {
    const lock = LOCK('git+https://evil.example/x#0123').replaceAll('\n', '\\n');
    await using opened = await openTestWorkshop(takenOver(`printf '${lock}' > Cargo.lock`), CRATE, { runnerCargo });
    await opened.workshop.copy.write('Cargo.toml', `${MANIFEST}[dependencies]\ntinyone = "1"\n`);
    const synced = await opened.workshop.sync();
    expect(synced).toMatchObject({ kind: 'failed', text: expect.stringContaining('would bring x from git+https') });
    expect(opened.workshop.dependencies.unpublishedLock).toBeUndefined();
  });

  it('cannot change the configuration that cargo has in later boxes', async () => {
    const script = 'echo "[build]" >> /cargo/config.toml; rm -f /cargo/config.toml; touch /cargo/registry/written';
    await using opened = await openTestWorkshop(takenOver(script), CRATE, { runnerCargo });
    const file = path.join(opened.scratch, 'cargo', 'config.toml');
    const before = await readFile(file, 'utf8');
    await opened.workshop.changeDependencies(['add', 'tinyone']);
    await access(path.join(opened.scratch, 'cargo', 'registry', 'written'));
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});
