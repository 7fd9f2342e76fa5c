import { describe, expect, it } from '@jest/globals';
import { buildCrateMap, type MappedPackage } from '../../src/brief/crate-map.js';

function member(name: string, kind = 'lib'): MappedPackage {
  return {
    name,
    version: '0.1.0',
    manifestPath: `crates/${name}/Cargo.toml`,
    targets: [{ name, kind: [kind], srcPath: `crates/${name}/src/${kind === 'bin' ? 'main' : 'lib'}.rs` }],
    dependencies: [
      { name: 'serde', req: '^1', kind: null },
      { name: 'tempfile', req: '^3', kind: 'dev' },
    ],
    features: name === 'store' ? ['default', 'sync'] : [],
  };
}

const outline = (folder: string) => Promise.resolve(`pub fn in_${folder.split('/')[1] ?? ''}() -> u32\n`);

describe('the crate map', () => {
  it('lists members with targets, dependencies and features, then their outlines', async () => {
    const map = await buildCrateMap({ packages: [member('store')], outline, maxChars: 10_000 });
    expect(map).toBe(`Workspace members:
- store 0.1.0 (crates/store/Cargo.toml)
  targets: lib store (crates/store/src/lib.rs)
  dependencies: serde ^1, tempfile ^3 (dev)
  features: default, sync

Outline of store (crates/store/src):
pub fn in_store() -> u32`);
  });

  it('puts the package of the run first, then those that the spec names', async () => {
    const packages = [member('alpha'), member('beta-core'), member('cli', 'bin'), member('store')];
    const specText = 'The type `beta_core::Queue` is extended; alphabet is no member.';
    const map = await buildCrateMap({ packages, outline, maxChars: 10_000, package: 'store', specText });
    expect([...map.matchAll(/^Outline of (\S+)/gm)].map((match) => match[1])).toEqual([
      'store',
      'beta-core',
      'alpha',
      'cli',
    ]);
  });

  it('stays within its size at whole lines and says what is missing and how to get it', async () => {
    const packages = Array.from({ length: 40 }, (_, n) => member(`m${String(n).padStart(2, '0')}`));
    const long = (folder: string) =>
      Promise.resolve(Array.from({ length: 200 }, (_, n) => `pub fn f${n}() // ${folder}`).join('\n'));
    const map = await buildCrateMap({ packages, outline: long, maxChars: 4_000 });
    const closing = map.split('\n').at(-1) ?? '';
    expect(map.length - closing.length).toBeLessThanOrEqual(4_000);
    expect(closing).toMatch(
      /^\[Left out: \d+ of 40 members; the rest of the outline of m00 \(crates\/m00\/src\); .*`outline` with a path shows more\.\]$/,
    );
    expect(
      map
        .split('\n')
        .filter((line) => line.startsWith('pub fn'))
        .every((line) => line.endsWith('crates/m00/src')),
    ).toBe(true);
  });

  it('says so when there is no package yet', async () => {
    expect(await buildCrateMap({ packages: [], outline, maxChars: 100 })).toBe('The workspace has no package yet.');
  });
});
