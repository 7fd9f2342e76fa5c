// Test functions found by the names that cargo prints, through the real grammar.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { testPlaces } from '../../src/verify/test-places.js';
import { openRustSyntax, type RustSyntax } from '../../src/workshop/rust-syntax.js';

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

const FILES: Readonly<Record<string, string>> = {
  'src/lib.rs': 'fn a() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {}\n}\n',
  'src/store/cache.rs': '#[cfg(test)]\nmod tests {\n    #[test]\n    fn evicts() {}\n}\n',
  'tests/api.rs': '#[test]\nfn greets() {}\n\n/// Not a test.\nfn helper() {}\n',
  'tests/more/deep.rs': '#[test]\n#[should_panic]\nfn dives() {}\n',
  'one/tests/api.rs': '#[test]\nfn twice() {}\n',
  'two/tests/api.rs': '#[test]\nfn twice() {}\n',
};

it.each([
  ['tests::adds', 'src/lib.rs', 5],
  ['store::cache::tests::evicts', 'src/store/cache.rs', 3],
  ['greets', 'tests/api.rs', 1],
  ['deep::dives - should panic', 'tests/more/deep.rs', 1],
  ['src/store/cache.rs - store::Cache (line 12)', 'src/store/cache.rs', 12],
])('finds %s', (name, path, line) => {
  expect(testPlaces(syntax, new Map(Object.entries(FILES)), [name]).get(name)).toEqual({ path, line });
});

describe('no place is given', () => {
  it.each([
    ['for a name that two crates have', 'twice'],
    ['for a function that is no test', 'helper'],
    ['for a name of another module', 'other::tests::adds'],
    ['for a test that is not there', 'tests::imagined'],
  ])('%s', (_, name) => {
    expect(testPlaces(syntax, new Map(Object.entries(FILES)), [name]).size).toBe(0);
  });
});
