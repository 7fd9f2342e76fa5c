// Public interfaces of small libraries with several modules, and of the examples before and after their recorded work.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { runRecordSchema } from '../../src/report/report.js';
import type { ApiChange } from '../../src/verify/public-api.js';
import { comparePublicApi } from '../../src/verify/public-api.js';
import type { RustSyntax } from '../../src/workshop/workshop.js';
import { openRustSyntax } from '../../src/workshop/workshop.js';
import { replayedSources } from '../support/replayed-sources.js';

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

type Sources = Record<string, string>;

/** Sources by path below `src/`. */
function compare(base: Sources, head: Sources): ApiChange[] {
  const read = (sources: Sources) => new Map(Object.entries(sources).map(([name, text]) => [`src/${name}`, text]));
  return comparePublicApi({ syntax, base: read(base), head: read(head), libraries: [{ name: 'lib', root: 'src' }] });
}

/** The whole interface of a library, `path: signature` a line. */
const surface = (sources: Sources) => compare({}, sources).map(({ item, after }) => `${item}: ${after ?? ''}`);
const lines = (changes: readonly ApiChange[]) =>
  changes.map(({ kind, item, before, after }) => `${kind} ${item}: ${[before, after].filter(Boolean).join(' → ')}`);

describe('the public interface', () => {
  it('holds what a path of public modules leads to, in files, folders and bodies', () => {
    const sources = {
      'lib.rs': 'pub mod a;\npub mod b { pub mod c { pub fn deep() {} } mod d { pub fn no() {} } }\nfn own() {}\n',
      'a/mod.rs': 'mod inner;\npub mod open;\npub(crate) fn here() {}\n',
      'a/inner.rs': 'pub fn unseen() {}\n',
      'a/open.rs': 'pub const LIMIT: u8 = 3;\n',
    };
    expect(surface(sources)).toEqual([
      'a: pub mod a',
      'a::open: pub mod open',
      'a::open::LIMIT: pub const LIMIT: u8 = 3',
      'b: pub mod b',
      'b::c: pub mod c',
      'b::c::deep: pub fn deep()',
    ]);
  });

  it('counts items of private modules where they are re-exported, under the name they get', () => {
    const sources = {
      'lib.rs':
        'mod a;\nmod b;\npub use a::{One, two as deux, sub::{self, *}};\npub use crate::b::*;\npub use self::a::Kind::Big;\nuse a::Hidden;\n',
      'a.rs': 'pub struct One;\npub fn two() {}\npub struct Hidden;\npub enum Kind { Big }\npub mod sub;\n',
      'a/sub.rs': 'pub fn three() {}\nfn four() {}\n',
      'b.rs': 'pub fn five() {}\npub(crate) fn six() {}\npub use super::a::Hidden as Seen;\n',
    };
    expect(surface(sources)).toEqual([
      'Big: Big',
      'One: pub struct One',
      'Seen: pub struct Hidden',
      'deux: pub fn two()',
      'five: pub fn five()',
      'sub: pub mod sub',
      'sub::three: pub use three',
      'three: pub fn three()',
    ]);
  });

  it('holds members, wherever the impl block stands, and no private ones', () => {
    const sources = {
      'lib.rs':
        'mod store;\nmod more;\nmod sealed { pub trait Sealed {} }\npub use store::{Cache, Pair};\npub trait Extra {}\n',
      'store.rs':
        '#[derive(Debug, Clone)]\npub struct Cache { pub size: u8, map: u8 }\npub struct Pair(pub u8, Vec<(u8, u8)>);\n' +
        'impl Cache { pub fn get(mut self) -> u8 { 1 } fn own(&self) {} pub(crate) fn here(&self) {} }\nstruct Secret;\nimpl Secret { pub fn x() {} }\n',
      'more.rs':
        'use super::*;\nuse std::fmt;\nimpl crate::store::Cache { pub const MAX: u8 = 1; }\nimpl fmt::Display for Cache { fn fmt(&self) {} }\n' +
        "impl<'a> IntoIterator for &'a Cache { type Item = u8; }\nimpl sealed::Sealed for Cache {}\nimpl<T: Clone> Extra for Vec<T> {}\n" +
        'impl Clone for super::store::Secret {}\n',
    };
    expect(surface(sources)).toEqual([
      'Cache: #[derive(Clone, Debug)] pub struct Cache { /* private fields */ }',
      'Cache.size: pub size: u8',
      'Cache::MAX: pub const MAX: u8 = 1',
      'Cache::get: pub fn get(self) -> u8',
      'Extra: pub trait Extra',
      'Pair: pub struct Pair(pub u8, _)',
      'impl Display for Cache: impl Display for Cache',
      'impl Extra for Vec<T>: impl<T: Clone> Extra for Vec<T>',
      "impl IntoIterator for Cache: impl<'a> IntoIterator for &'a Cache",
    ]);
  });

  it('holds exported macros at the root and leaves out tests and what is hidden from the documentation', () => {
    const sources = {
      'lib.rs':
        'mod m;\npub use crate::span as measure;\n#[doc(hidden)]\npub mod private { pub fn x() {} }\n#[cfg(test)]\npub mod tests { pub fn y() {} }\n' +
        '/// Shown.\npub trait T { fn a(); #[doc(hidden)] fn b(); }\n',
      'm.rs': '#[macro_export]\nmacro_rules! span { () => {} }\nmacro_rules! own { () => {} }\n',
    };
    expect(surface(sources)).toEqual([
      'T: pub trait T',
      'T::a: fn a()',
      'measure: pub use span!',
      'span!: macro_rules! span',
    ]);
  });

  it('prefers a name of its own to one that comes with a star', () => {
    const sources = {
      'lib.rs': 'mod a;\npub use a::*;\npub fn f(own: u8) {}\n',
      'a.rs': 'pub fn f() {}\npub fn g() {}\n',
    };
    expect(surface(sources)).toEqual(['f: pub fn f(own: u8)', 'g: pub fn g()']);
  });

  it('lists what it cannot resolve where it stands, with a note where names are missing', () => {
    const sources = {
      'lib.rs':
        'pub mod a;\npub mod gone;\npub use semver::Version;\npub use other::*;\npub use crate::made::Thing;\n#[path = "odd/place.rs"]\npub mod odd;\n',
      'a.rs': 'pub use super::made::Sub;\n',
      'odd/place.rs': 'pub fn found() {}\n',
    };
    const changes = compare({}, sources).map(({ item, after, note }) => [item, after, note]);
    const unresolved = expect.stringContaining('not found in the sources of this crate');
    expect(changes).toEqual([
      ['Thing', 'pub use crate::made::Thing', unresolved],
      ['Version', 'pub use semver::Version', undefined],
      ['a', 'pub mod a', undefined],
      ['a::Sub', 'pub use super::made::Sub', unresolved],
      ['gone', 'pub mod gone', unresolved],
      ['odd', 'pub mod odd', undefined],
      ['odd::found', 'pub fn found()', undefined],
      ['pub use other', 'pub use other::*', 'the names come from another crate or a macro'],
    ]);
  });

  it('is found in modules that re-export each other in circles', () => {
    const ring = (name: string, next: string) =>
      `pub use super::${next}::*;\npub use super::${next};\npub fn of_${name}() {}\n`;
    const sources = {
      'lib.rs': 'pub mod a;\npub mod b;\npub use a::*;\n',
      'a.rs': ring('a', 'b'),
      'b.rs': ring('b', 'a'),
    };
    const found = surface(sources);
    expect(found).toContain('a::of_a: pub fn of_a()');
    expect(found).toContain('b::of_b: pub fn of_b()');
    expect(found).toContain('of_b: pub use b::of_b');
  });

  it('ends for any re-exports, however many modules name each other', () => {
    const names = Array.from({ length: 12 }, (_, i) => `m${i}`);
    const text = `${names.map((name) => `pub use super::${name};\npub use super::${name}::*;`).join('\n')}\npub fn f() {}\n`;
    const sources = Object.fromEntries(names.map((name) => [`${name}.rs`, text]));
    const changes = compare({}, { ...sources, 'lib.rs': names.map((name) => `pub mod ${name};`).join('\n') });
    expect(changes.some(({ note }) => note === 'more re-exports than are compared')).toBe(true);
  });

  it('is read from any text without throwing', () => {
    const part = fc.constantFrom(
      'pub ',
      'mod a',
      ';',
      '{',
      '}',
      'use ',
      'self::',
      '*',
      'a',
      '::',
      ' as ',
      'impl ',
      ' for ',
      '<',
      '>',
      '->',
      '(',
      ')',
      'struct S',
      ',',
      'enum E',
      'where ',
      '&',
    );
    const text = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (lib, a) => {
        expect(compare({ 'lib.rs': lib, 'a.rs': a }, { 'lib.rs': lib, 'a.rs': a })).toEqual([]);
        compare({ 'lib.rs': lib }, { 'lib.rs': a, 'a.rs': lib });
      }),
      { numRuns: 200 },
    );
  });
});

describe('comparePublicApi', () => {
  it('tells removed, changed and added apart, removals first', () => {
    const base = {
      'lib.rs':
        'pub fn gone() {}\npub fn same() { 1 }\npub fn other(a: u8) {}\n#[derive(Clone)]\npub struct S { pub x: u8 }\n',
    };
    const head = {
      'lib.rs': 'pub fn same() { 2 }\npub fn other(a: u16) {}\npub fn fresh() {}\npub struct S { pub x: u8 }\n',
    };
    expect(compare(base, head)).toEqual([
      { crate: 'lib', kind: 'removed', item: 'gone', before: 'pub fn gone()' },
      { crate: 'lib', kind: 'changed', item: 'S', before: '#[derive(Clone)] pub struct S', after: 'pub struct S' },
      { crate: 'lib', kind: 'changed', item: 'other', before: 'pub fn other(a: u8)', after: 'pub fn other(a: u16)' },
      { crate: 'lib', kind: 'added', item: 'fresh', after: 'pub fn fresh()' },
    ]);
  });

  it('sees no change in bodies, private parts, comments, layout and imports', () => {
    const base = {
      'lib.rs': 'mod a;\npub use a::{E, S};\n',
      'a.rs':
        'use std::fmt;\npub struct S(u8);\npub enum E { V { x: u8 } }\nimpl fmt::Display for S {}\nimpl S { pub fn f(&self) {} }\n',
    };
    const head = {
      'lib.rs': '//! Docs.\nmod a;\nmod z;\npub use a::E;\npub use a::S;\n',
      'a.rs':
        'use std::fmt::Display;\n/// Doc.\npub struct S(Vec<u8>);\npub enum E {\n    V {\n        /// Doc.\n        x: u8,\n    },\n}\nimpl Display for S {}\n',
      'z.rs': 'use crate::a::S;\nimpl S {\n    pub fn f(\n        &self,\n    ) { todo!() }\n}\n',
    };
    expect(compare(base, head)).toEqual([]);
  });

  it('reports one more path to an item, or one less, and not its members again', () => {
    const item = 'pub struct S { pub x: u8 }\nimpl S { pub fn f() {} }\n';
    const one = { 'lib.rs': 'pub mod a;\n', 'a.rs': item };
    const two = { 'lib.rs': 'pub mod a;\npub use a::S;\n', 'a.rs': item };
    expect(lines(compare(one, two))).toEqual(['added S: pub use a::S']);
    expect(lines(compare(two, one))).toEqual(['removed S: pub use a::S']);
    const rootOnly = { 'lib.rs': 'mod a;\npub use a::S;\n', 'a.rs': item };
    expect(lines(compare(rootOnly, two))).toEqual(['added a: pub mod a', 'added a::S: pub use S']);
  });

  it('reports a module that is closed as everything in it removed', () => {
    const a = 'pub fn f() {}\n';
    const changes = compare({ 'lib.rs': 'pub mod a;\n', 'a.rs': a }, { 'lib.rs': 'mod a;\n', 'a.rs': a });
    expect(lines(changes)).toEqual(['removed a: pub mod a', 'removed a::f: pub fn f()']);
  });

  it('keeps the items of two configurations apart', () => {
    const of = (unix: string) => ({
      'lib.rs': `#[cfg(unix)]\npub fn f(${unix}) {}\n#[cfg(windows)]\npub fn f(w: u8) {}\n`,
    });
    expect(compare(of('a: u8'), of('a: u8'))).toEqual([]);
    expect(lines(compare(of('a: u8'), of('a: u16')))).toEqual(['changed f: pub fn f(a: u8) → pub fn f(a: u16)']);
  });

  it('takes a library that is new or gone, and one whose root has another name', () => {
    const sources = new Map([['crates/x/src/root.rs', 'pub fn f() {}\n']]);
    const library = { name: 'x', root: 'crates/x/src', file: 'root.rs' };
    const change = (base: Map<string, string>, head: Map<string, string>) =>
      comparePublicApi({ syntax, base, head, libraries: [library] }).map(({ crate, kind }) => `${crate} ${kind}`);
    expect(change(new Map(), sources)).toEqual(['x added']);
    expect(change(sources, new Map())).toEqual(['x removed']);
  });
});

describe('the recorded work on the examples', () => {
  it('adds expiry to the cache and says that its type and derives changed', () => {
    const libraries = [{ name: 'larder', root: 'src' }];
    const changes = comparePublicApi({ syntax, ...replayedSources('2-feature-in-existing-crate'), libraries });
    expect(runRecordSchema.shape.publicApi.parse(changes)).toEqual(changes);
    const [first, ...rest] = lines(changes);
    expect(first).toBe(
      'changed Cache: #[derive(Debug, Default)] pub struct Cache { /* private fields */ } → #[derive(Debug)] pub struct Cache<C = SystemClock> { /* private fields */ }',
    );
    expect(rest).toContain('added Cache::purge_expired: pub fn purge_expired(&mut self) -> usize');
    expect(rest).toContain('added Stats.expirations: pub expirations: u64');
    expect(rest).toContain('added impl Default for Cache: impl Default for Cache');
    expect(rest.every((line) => line.startsWith('added '))).toBe(true);
  });

  it('adds a library from nothing with all of its interface, and re-exports of a dependency', () => {
    const limiter = comparePublicApi({
      syntax,
      ...replayedSources('1-library-from-nothing'),
      libraries: [{ name: 'rate-limiter', root: 'crates/rate-limiter/src' }],
    });
    expect(limiter.length).toBeGreaterThan(30);
    expect(lines(limiter)).toContain('added impl Clock for Arc<C>: impl<C: Clock + ?Sized> Clock for Arc<C>');
    const catalog = comparePublicApi({
      syntax,
      ...replayedSources('3-workspace-with-dependency'),
      libraries: [{ name: 'catalog', root: 'crates/catalog/src' }],
    });
    expect(lines(catalog)).toContain('added Version: pub use semver::Version');
    expect([...limiter, ...catalog].every(({ kind, note }) => kind === 'added' && note === undefined)).toBe(true);
  });
});
