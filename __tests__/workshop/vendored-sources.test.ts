import { describe, expect, it } from '@jest/globals';
import { readVendoredSources } from '../../src/workshop/vendored-sources.js';
import { sourceTree } from '../support/source-tree.js';
import { VENDOR_CONFIG, vendoredCrate } from '../support/vendored-crate.js';
import { MANIFEST, agentCargo, openTestWorkshop, sharedBench } from '../support/workshop.js';

describe('the replacement of crates.io by a folder', () => {
  const read = (config: string, file = '.cargo/config.toml', workingDirectory = '.') =>
    readVendoredSources(sourceTree({ [file]: config }), workingDirectory);

  it('is found at or above the working directory, and taken from where it lies', async () => {
    expect(await read(VENDOR_CONFIG)).toMatchObject({ folder: 'vendor' });
    expect(await read(VENDOR_CONFIG, '.cargo/config', 'rust/app')).toMatchObject({ folder: 'vendor' });
    expect(await read(VENDOR_CONFIG, 'rust/.cargo/config.toml', 'rust')).toMatchObject({ folder: 'rust/vendor' });
    expect(await read(VENDOR_CONFIG, 'rust/.cargo/config.toml')).toBeUndefined();
  });

  it('is all that is taken of the configuration', async () => {
    const planted = `${VENDOR_CONFIG}run-me = "x"\n\n[build]\nrustc-wrapper = "./planted"\n`;
    expect((await read(planted))?.config).toEqual({ path: '.cargo/config.toml', text: VENDOR_CONFIG });
  });

  it('is none where it leads out of the repository, to a mirror, or where the file is no TOML', async () => {
    expect(await read(VENDOR_CONFIG.replace('"vendor"', '"../vendor"'))).toBeUndefined();
    expect(await read(VENDOR_CONFIG.replace('"vendor"', '"/usr/share/cargo/registry"'))).toBeUndefined();
    expect(
      await read(VENDOR_CONFIG.replace('directory = "vendor"', 'registry = "sparse+https://x.example/"')),
    ).toBeUndefined();
    expect(await read('[source')).toBeUndefined();
  });
});

describe('a repository with its dependencies vendored', () => {
  const bench = sharedBench();

  const FILES = {
    'Cargo.toml': `${MANIFEST}\n[dependencies]\nnot-on-crates-io-one = "1"\n`,
    'src/lib.rs': '#[test]\nfn is_seven() {\n    assert_eq!(not_on_crates_io_one::seven(), 7);\n}\n',
    '.cargo/config.toml': VENDOR_CONFIG,
    ...vendoredCrate('not-on-crates-io-one'),
    ...vendoredCrate('not-on-crates-io-two'),
  };

  it('builds, takes a crate that lies there, says why it takes no other, and never reaches the network', async () => {
    await using opened = await openTestWorkshop(bench, FILES);
    const { workshop, boxes } = opened;
    expect(await workshop.sync()).toEqual({ kind: 'in-step' });
    const run = await agentCargo(workshop, ['test']);
    expect(run.text).toContain('test is_seven ... ok');
    const added = await workshop.changeDependencies(['add', 'not-on-crates-io-two']);
    expect(added).toMatchObject({ succeeded: true });
    expect((await workshop.copy.read('Cargo.toml')).bytes.toString()).toContain('not-on-crates-io-two = "1.2.3"');
    expect((await agentCargo(workshop, ['check'])).text).toContain('Checking not-on-crates-io-two v1.2.3');
    const refused = await workshop.changeDependencies(['add', 'serde']);
    expect(refused.succeeded).toBe(false);
    expect(refused.text).toContain("This repository's dependencies lie in 'vendor' (cargo vendor)");
    expect(boxes.filter(({ box }) => box === 'net')).toEqual([]);
    expect(workshop.changes().map(({ path }) => path)).toEqual(['Cargo.toml']);
  });

  it('lends nothing to a run that may only use what the base uses', async () => {
    const { 'Cargo.toml': manifest } = FILES;
    await using opened = await openTestWorkshop(bench, FILES, { dependencyPolicy: 'locked' });
    const { workshop } = opened;
    expect(await workshop.sync()).toEqual({ kind: 'in-step' });
    await workshop.copy.write('Cargo.toml', `${manifest}not-on-crates-io-two = "1"\n`);
    const text = expect.stringContaining('would bring not-on-crates-io-two 1.2.3');
    expect(await workshop.sync()).toEqual({ kind: 'forbidden', text });
    await expect(agentCargo(workshop, ['check'])).rejects.toThrow('nothing is built before that');
  });
});
