// What cargo says of the workspace's members, in the box and without one.
import { describe, expect, it } from '@jest/globals';
import { NO_BOX } from '../support/boxes.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';

const bench = sharedBench();

describe('the members of a workspace', () => {
  it.each(['in the box', 'without a box'])('have paths relative to the repository %s', async (where) => {
    const sandbox = where === 'in the box' ? bench.sandbox : NO_BOX;
    await using opened = await openTestWorkshop(
      { ...bench, sandbox },
      { 'rust/Cargo.toml': MANIFEST, 'rust/src/lib.rs': '' },
      { workingDirectory: 'rust' },
    );
    expect(await opened.workshop.members()).toEqual([
      {
        ...{ name: 'tiny', version: '0.1.0', dependencies: [], features: [] },
        manifestPath: 'rust/Cargo.toml',
        targets: [{ name: 'tiny', kind: ['lib'], srcPath: 'rust/src/lib.rs' }],
      },
    ]);
  });
});
