// Items of small Rust sources, as tokens show them; inside macros as well as outside.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { itemReader, type SourceItems } from '../../src/verify/rust-items.js';
import { openRustSyntax } from '../../src/workshop/rust-syntax.js';

let read: (text: string) => SourceItems;
beforeAll(async () => {
  read = itemReader(await openRustSyntax());
});

const items = (text: string) => read(text).items.map(({ keyword, name }) => `${keyword} ${name}`);

describe('items', () => {
  it.each([
    ['fn a() {} pub(crate) unsafe extern "C" fn b() {}', ['fn a', 'fn b']],
    ['const fn a() -> [u8; { 1 + 1 }] { [0; 2] } fn b() {}', ['fn a', 'fn b']],
    ['fn a() -> impl Fn(u8) -> u8 where u8: Copy { |x| x } fn b();', ['fn a', 'fn b']],
    [
      'struct A; struct B(u8); struct C<T> where T: Copy { x: T } union D { a: u8 }',
      ['struct A', 'struct B', 'struct C', 'union D'],
    ],
    ['let x = union; let f: fn(u8) = g; type A = fn(u8);', ['type A']],
    ['impl<T: Into<Vec<u8>>> A<T> { fn a() {} } impl Clone for B {}', ['impl A', 'fn a', 'impl for B']],
    ['impl<F> From<F> for Box<dyn Fn(F)> { fn from(f: F) {} }', ['impl for Box', 'fn from']],
    ['trait T { fn a(); const C: u8 = 1; type X; }', ['trait T', 'fn a', 'const C', 'type X']],
    [
      'macro_rules! m { (fn $n:ident) => { fn $n() {} } } fn after() {}',
      ['macro_rules m', 'fn $n', 'fn $n', 'fn after'],
    ],
    ['wrap! { pub mod a { pub fn b() {} } } fn c() {}', ['mod a', 'fn b', 'fn c']],
    ['const X: fn() = || { 1; }; static mut Y: u8 = { 2 }; fn z() {}', ['const X', 'static Y', 'fn z']],
    ['fn a() { fn b() {} struct C; } fn d() {}', ['fn a', 'fn b', 'struct C', 'fn d']],
    ['fn a() { let t = "fn b() {}"; /* fn c() {} */ r#"struct D;"#; }', ['fn a']],
  ])('of %s', (text, expected) => {
    expect(items(text)).toEqual(expected);
  });

  it('know the conditions of everything around them, once each attribute applies', () => {
    const [, deep] = read(
      '#![cfg(unix)] #[cfg(test)] mod a { #![cfg(x)] #[cfg_attr(y, cfg(z), allow(w))] fn b() {} }',
    ).items;
    expect([...new Set(deep?.conditions)]).toEqual(['unix', 'test', 'x', 'z']);
    expect(deep?.attributes.map(({ path }) => path)).toEqual(['cfg', 'allow']);
  });

  it('have documentation and lines', () => {
    const [item] = read('//! File.\n\n/// One.\n/// Two.\n#[inline]\n// no\npub fn a() {\n}\n').items;
    expect(item?.docs.map(({ text }) => text)).toEqual(['/// One.', '/// Two.']);
    expect(item).toMatchObject({ line: 7, endLine: 8, isPublic: true });
  });

  it('are found in broken code without an exception', () => {
    const pieces = fc.constantFrom(
      'fn a',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      '#',
      '!',
      'mod m',
      'impl',
      '<',
      '>',
      'pub',
      ';',
      '"',
      'macro_rules! x',
      '::',
      '/// d\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const { items: found, tokens } = read(parts.join(' '));
        for (const { from, at, to } of found) {
          expect(from).toBeLessThanOrEqual(at);
          expect(at).toBeLessThan(to);
          expect(to).toBeLessThanOrEqual(tokens.length);
        }
      }),
    );
  });
});

it('tokens have the line they stand in, whatever stands before', () => {
  const line = fc.constantFrom('', '// c', '/* a\n b */', 'let s = "a\nb";', 'fn f() {}', "let é = '🧀';", '\r');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const before = lines.join('\n');
      const { tokens } = read(`${before}\nMARK`);
      expect(tokens.at(-1)).toMatchObject({ text: 'MARK', line: before.split('\n').length + 1 });
    }),
  );
});
