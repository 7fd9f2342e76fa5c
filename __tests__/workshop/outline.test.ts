// Outlines of small Rust texts through the real grammar.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { outlineSource, type OutlineItem } from '../../src/workshop/outline.js';
import { openRustSyntax, type RustSyntax } from '../../src/workshop/rust-syntax.js';

const SOURCE = `//! Parses durations, e.g. as 1h. It owns no clock.

use std::fmt;
pub use self::unit::{Unit, Units};
/// How long. In whole seconds: käse 🧀 is no unit.
#[derive(Debug, Clone)]
pub struct Span<T: Clone>
where
    T: Copy,
{
    /// Seconds.
    pub secs: u64,
    unit: T,
}
pub struct Pair(pub u32, u8);
struct Hidden { a: u8 }
/** A unit. */
#[doc = "Ignored continuation"]
pub enum Unit { Hour, Custom(String), Named { secs: u64 } }
pub trait Parse: Send {
    type Error;
    const MAX: usize = 3;
    /// Parses.
    fn parse(&self, text: &str) -> Result<(), Self::Error>;
    fn twice(&self) { }
}
impl<T> Parse for Span<T> where T: Clone + Copy {
    type Error = ();
    fn parse(&self, text: &str) -> Result<(), ()> { Ok(()) }
}
impl Span<u8> {
    pub async fn wait(
        &self, // how long
        times: u32,
    ) -> u32 { 1 }
    fn secret(&self) {}
    pub(crate) fn inside(&self) {}
}
impl Hidden { pub fn x(&self) {} }
pub const LIMIT: u32 = 10;
pub const TABLE: [u8; 20] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
pub static NAME: &str = "x";
pub type Pairs<T> = Vec<(T, T)>;
pub mod unit { pub fn of() {} fn no() {} }
mod private { pub fn unseen() {} }
#[macro_export]
macro_rules! span { () => {} }
macro_rules! local { () => {} }
extern "C" { pub fn clock(x: u8) -> u8; }
fn free() -> u8 { 1 }

#[cfg(test)]
mod tests {
    use super::*;
    fn fixture() {}
    #[test]
    fn parses() {}
    mod deep { #[tokio::test] async fn waits() {} }
}
#[cfg(not(test))]
pub fn only_real() {}
`;

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

const lineOf = (text: string) => SOURCE.slice(0, SOURCE.indexOf(text)).split('\n').length;
const flat = (items: readonly OutlineItem[]): OutlineItem[] => items.flatMap((item) => [item, ...flat(item.children)]);
const signatures = (publicOnly: boolean) =>
  flat(outlineSource(syntax, SOURCE, { publicOnly }).items).map((i) => i.signature);

describe('outlineSource', () => {
  it('keeps exactly the public items when asked to', () => {
    expect(signatures(true)).toEqual([
      'pub use self::unit::{Unit, Units}',
      'pub struct Span<T: Clone> where T: Copy',
      'pub secs: u64',
      'pub struct Pair(pub u32, u8)',
      'pub enum Unit',
      'Hour',
      'Custom(String)',
      'Named { secs: u64 }',
      'pub trait Parse: Send',
      'type Error',
      'const MAX: usize = 3',
      'fn parse(&self, text: &str) -> Result<(), Self::Error>',
      'fn twice(&self)',
      'impl<T> Parse for Span<T> where T: Clone + Copy',
      'impl Span<u8>',
      'pub async fn wait(&self, times: u32) -> u32',
      'pub const LIMIT: u32 = 10',
      'pub const TABLE: [u8; 20] = …',
      'pub static NAME: &str = "x"',
      'pub type Pairs<T> = Vec<(T, T)>',
      'pub mod unit',
      'pub fn of()',
      'macro_rules! span',
      'extern "C"',
      'pub fn clock(x: u8) -> u8',
      'pub fn only_real()',
    ]);
  });

  it('adds private items, the members of trait impls and private modules otherwise', () => {
    const all = signatures(false);
    for (const line of [
      'use std::fmt',
      'unit: T',
      'struct Hidden',
      'fn secret(&self)',
      'pub(crate) fn inside(&self)',
      'impl Hidden',
      'pub fn unseen()',
      'fn no()',
      'macro_rules! local',
      'fn free() -> u8',
      'type Error = ()',
      'fn parse(&self, text: &str) -> Result<(), ()>',
    ]) {
      expect(all).toContain(line);
    }
    expect(all).not.toContain('fn fixture()');
  });

  it('gives first sentences of docs, lines, and how many fields it left out', () => {
    const outline = outlineSource(syntax, SOURCE, { publicOnly: true });
    expect(outline.doc).toBe('Parses durations, e.g. as 1h.');
    const span = outline.items.find((item) => item.name === 'Span');
    expect(span).toMatchObject({ doc: 'How long.', line: 7, hiddenFields: 1 });
    expect(span?.children[0]).toMatchObject({ name: 'secs', doc: 'Seconds.', line: 12 });
    expect(outline.items.find((item) => item.name === 'Unit')?.doc).toBe('A unit.');
    expect(span?.attributes).toEqual(['#[derive(Debug, Clone)]']);
    expect(outline.items.find((item) => item.name === 'Unit')?.attributes).toBeUndefined();
  });

  it('reduces test modules to the names of their tests', () => {
    const expected = [
      { name: 'tests::parses', line: lineOf('fn parses() {}') },
      { name: 'tests::deep::waits', line: lineOf('fn waits() {}') },
    ];
    expect(outlineSource(syntax, SOURCE, { publicOnly: true }).tests).toEqual(expected);
    expect(outlineSource(syntax, SOURCE, { publicOnly: false }).tests).toEqual(expected);
  });

  it('finds tests outside of test modules, as in an integration test file', () => {
    expect(outlineSource(syntax, '#[test]\nfn whole() {}\nfn helper() {}', { publicOnly: true })).toMatchObject({
      items: [],
      tests: [{ name: 'whole', line: 2 }],
    });
  });

  it('outlines what it understood of broken source and says so', () => {
    const outline = outlineSource(syntax, 'pub fn ok() {}\npub fn broken( {\n', { publicOnly: true });
    expect(outline.hasErrors).toBe(true);
    expect(outline.items.map((item) => item.name)).toContain('ok');
  });

  it('never throws, whatever the text', () => {
    const fragment = fc.constantFrom(
      'pub ',
      'fn f',
      '{',
      '}',
      '(',
      '#[cfg(test)]',
      'mod m {',
      '/// d.\n',
      '//! é\n',
      'impl X for',
      '"',
      ';',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragment).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (source, publicOnly) => {
        outlineSource(syntax, source, { publicOnly });
      }),
      { numRuns: 200 },
    );
    outlineSource(syntax, 'mod m {'.repeat(5000), { publicOnly: false });
  });
});
