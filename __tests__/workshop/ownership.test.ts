// Code in a box can run as another user than we: what the tools write must be its own all the same.
import { describe, expect, it } from '@jest/globals';
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { agentCargo, MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';

const bench = sharedBench();

describe('files of the work', () => {
  it('can be changed by the code that runs on them, wherever and whenever they were written', async () => {
    await using opened = await openTestWorkshop(bench, {
      'Cargo.toml': MANIFEST,
      'Cargo.lock': 'version = 4\n\n[[package]]\nname = "tiny"\nversion = "0.1.0"\n',
      'src/lib.rs': 'pub mod deep;\n',
    });
    const { workshop } = opened;
    await workshop.copy.write('src/deep/mod.rs', 'pub fn  ugly( )  { }\n');
    await workshop.copy.write(
      'tests/writes.rs',
      `#[test]
fn writes() {
    for file in ["Cargo.toml", "src/lib.rs", "src/deep/mod.rs"] {
        let text = std::fs::read_to_string(file).unwrap();
        std::fs::write(file, text).expect(file);
    }
    for file in ["new", "src/new", "src/deep/new", "tests/new"] {
        std::fs::write(file, "new").expect(file);
    }
}
`,
    );
    for (const written of ['.', 'src', 'src/lib.rs', 'src/deep', 'src/deep/mod.rs', 'tests', 'tests/writes.rs']) {
      const { uid } = await lstat(path.join(workshop.copy.root, written));
      expect([written, uid]).toEqual([written, bench.sandbox.owner?.uid ?? process.getuid?.()]);
    }
    const run = await agentCargo(workshop, ['test']);
    expect(run.text).toContain('test result: ok. 1 passed');
    expect(run.putBack).toEqual([]);
  });
});
