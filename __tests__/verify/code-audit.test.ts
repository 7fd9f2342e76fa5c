// The audit of added lines on small sources, both ways.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { posix } from 'node:path';
import type { AuditSeverities, Finding } from '../../src/verify/audit-rules.js';
import { auditCode } from '../../src/verify/code-audit.js';
import { isLibraryByLayout } from '../../src/verify/module-tree.js';
import { openRustSyntax, type RustSyntax } from '../../src/workshop/rust-syntax.js';

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

/** Every line of every file counts as added, unless `added` names the lines. */
function audit(
  files: Record<string, string>,
  added?: Record<string, number[]>,
  severities?: AuditSeverities,
): Finding[] {
  const all = Object.entries(files).map(([path, text]) => [path, text.split('\n').map((_, i) => i + 1)] as const);
  return auditCode({
    syntax,
    head: new Map(Object.entries(files)),
    added: new Map(added ? Object.entries(added) : all),
    isLibrary: isLibraryByLayout(Object.keys(files)),
    ...(severities === undefined ? {} : { severities: () => severities }),
  });
}

const library = (text: string) =>
  audit({ 'src/lib.rs': text }).map(({ rule, blocking }) => (blocking ? `${rule}!` : rule));
const body = (text: string) => library(`fn f() {\n${text}\n}`);

describe('library code', () => {
  it.each([
    ['let x = g().unwrap();', 'unwrap-used!'],
    ['let x = g()\n  .unwrap();', 'unwrap-used!'],
    ['println!("{}", g().unwrap());', 'unwrap-used!'],
    ['vec![a.first().unwrap(), b];', 'unwrap-used!'],
    ['g().map(Result::unwrap);', 'unwrap-used!'],
    ['g().unwrap_err();', 'unwrap-used!'],
    ['g().expect("g works");', 'expect-used!'],
    ['g().expect(&format!("g {x}"));', 'expect-used!'],
    ['g().expect_err("g fails");', 'expect-used!'],
    ['panic!("no");', 'panic-used!'],
    ['std::panic!("no");', 'panic-used!'],
    ['todo!()', 'todo-left!'],
    ['unimplemented!("later")', 'unimplemented-left!'],
    ['let x = dbg!(g());', 'debug-print-left!'],
    ['#[allow(unused_variables)]\nlet x = 1;', 'lint-silenced!'],
    ['unsafe { g() };', 'unsafe-unexplained!'],
    ['// This is fast.\nunsafe { g() };', 'unsafe-unexplained!'],
    ['// SAFETY: for the next line only.\nlet x = 1;\nunsafe { g() };', 'unsafe-unexplained!'],
    ['// SAFETY: far away.\n\n\nunsafe { g() };', 'unsafe-unexplained!'],
  ])('%j is reported', (text, rule) => {
    expect(body(text)).toEqual([rule]);
  });

  it.each([
    ['let x = g()?;'],
    ['g().unwrap_or_default();'],
    ['g().unwrap_or(1);'],
    ['g().expecting("x");'],
    ['// g().unwrap()'],
    ['let text = ".unwrap() panic!()";'],
    ['stringify!(x.unwrap());'],
    ['let tokens = quote! { #x.unwrap() };'],
    ['assert!(x > 0);'],
    ['unreachable!();'],
    ['std::panic::catch_unwind(g);'],
    ['// SAFETY: g has no precondition here.\nunsafe { g() };'],
    ['// SAFETY: g has no precondition here,\n// and never will.\nlet x = unsafe { g() };'],
    ['// Safety: fine.\n#[cfg(unix)]\nlet x =\n  unsafe { g() };'],
    ['unsafe {\n  // SAFETY: fine.\n  g()\n};'],
    ['match x {\n  // SAFETY: fine.\n  A => unsafe { g() },\n}'],
  ])('%j is none', (text) => {
    expect(body(text)).toEqual([]);
  });

  it('may have methods of its own named like those that panic', () => {
    const parser =
      'impl P { fn expect(&mut self, t: T) {} fn f(&mut self) { self.expect("("); self.expect(T::Semi); } }';
    expect(library(parser)).toEqual([]);
  });

  it('is read inside macro definitions too', () => {
    expect(library('macro_rules! m { ($x:expr) => { $x.unwrap() } }')).toEqual(['unwrap-used!']);
  });

  it('explains its unsafe impls, and leaves unsafe functions to clippy', () => {
    expect(library('unsafe impl Send for X {}')).toEqual(['unsafe-unexplained!']);
    expect(library('// SAFETY: X owns nothing.\nunsafe impl Send for X {}')).toEqual([]);
    expect(library('unsafe fn f() {}\nunsafe extern "C" { fn g(); }')).toEqual([]);
  });

  it('may silence a lint with a reason, which is shown', () => {
    expect(library('#![allow(dead_code, unused)]')).toEqual(['lint-silenced!']);
    expect(library('#[expect(dead_code)]\nfn f() {}')).toEqual(['lint-silenced!']);
    expect(library('#[cfg_attr(unix, allow(dead_code))]\nfn f() {}')).toEqual(['lint-silenced!']);
    expect(library('#[allow(dead_code, reason = "used by the C side")]\nfn f() {}')).toEqual([
      'lint-silenced-with-reason',
    ]);
    expect(library('#[deny(dead_code)]\n#[derive(Debug)]\nstruct F;')).toEqual([]);
  });
});

describe('only added lines of code that ships are judged', () => {
  it('not lines that were there before', () => {
    const files = { 'src/lib.rs': 'fn f() {\n  g().unwrap();\n  g().unwrap();\n}' };
    const found = audit(files, { 'src/lib.rs': [3] });
    expect(found).toEqual([
      { rule: 'unwrap-used', path: 'src/lib.rs', line: 3, text: '`unwrap` in library code', blocking: true },
    ]);
  });

  it.each([['tests/a.rs'], ['benches/a.rs'], ['examples/a.rs'], ['crates/x/tests/common/mod.rs'], ['src/tests.rs']])(
    'not %s',
    (path) => {
      expect(audit({ 'src/lib.rs': '', [path]: 'fn f() { g().unwrap(); todo!(); unsafe { h() } }' })).toEqual([]);
    },
  );

  it('not test modules and test functions', () => {
    expect(library('#[cfg(test)]\nmod tests {\n  fn f() { g().unwrap(); }\n}')).toEqual([]);
    expect(library('#[test]\nfn f() {\n  g().unwrap();\n}')).toEqual([]);
    expect(library('#[cfg(all(test, unix))]\nfn f() { g().unwrap(); }')).toEqual([]);
    expect(library('#[cfg(not(test))]\nfn f() { g().unwrap(); }')).toEqual(['unwrap-used!']);
    expect(library('#[cfg(feature = "test")]\nfn f() { g().unwrap(); }')).toEqual(['unwrap-used!']);
  });

  it('not files that are a module of tests', () => {
    const files = { 'src/lib.rs': '#[cfg(test)]\nmod support;', 'src/support.rs': 'fn f() { g().unwrap(); }' };
    expect(audit(files)).toEqual([]);
    expect(audit({ ...files, 'src/lib.rs': 'mod support;' }).map(({ rule }) => rule)).toEqual(['unwrap-used']);
  });

  it.each([
    ['in a file', '#[cfg(test)]\n#[path = "checks.rs"]\nmod c;', 'src/checks.rs'],
    ['in another folder', '#[cfg(test)]\n#[path = "../it/checks.rs"]\nmod c;', 'it/checks.rs'],
    ['inside a module', 'mod a {\n#[cfg(test)]\n#[path = "checks.rs"]\nmod c;\n}', 'src/a/checks.rs'],
    ['by a condition', '#[cfg(test)]\n#[cfg_attr(unix, path = "checks.rs")]\nmod c;', 'src/checks.rs'],
  ])('not files that a module of tests names by their path, %s', (_, root, path) => {
    const rules = (text: string) =>
      audit({ 'src/lib.rs': text, [path]: 'fn f() { todo!() }' }).map((finding) => finding.rule);
    expect(rules(root)).toEqual([]);
    expect(rules(root.replace('#[cfg(test)]\n', ''))).toEqual(['todo-left']);
    // Declared a second time for more than tests, it is code that ships.
    expect(rules(`${root}\n#[path = "${posix.relative('src', path)}"]\nmod d;`)).toEqual(['todo-left']);
  });

  it('but a file that has the name of a module which lies elsewhere', () => {
    const root = '#[cfg(test)]\n#[path = "other.rs"]\nmod checks;\nmod more;';
    const files = { 'src/lib.rs': root, 'src/checks.rs': 'fn f() { todo!() }', 'src/more.rs': '' };
    expect(audit(files).map(({ rule }) => rule)).toEqual(['todo-left']);
  });

  it.each([['src/main.rs'], ['src/bin/tool.rs'], ['build.rs']])(
    'in %s stubs and unsafe, but no panics and docs',
    (path) => {
      const text = 'pub fn f() { g().unwrap(); panic!(); }\nfn h() { todo!() }\nfn i() { unsafe { g() } }';
      expect(audit({ 'src/lib.rs': '', [path]: text }).map(({ rule }) => rule)).toEqual([
        'todo-left',
        'unsafe-unexplained',
      ]);
    },
  );

  it('nothing of a library in a package without one', () => {
    expect(audit({ 'src/main.rs': 'mod args;', 'src/args.rs': 'pub fn f() { g().unwrap(); }' })).toEqual([]);
  });

  it('by the severities of the project', () => {
    const files = { 'src/lib.rs': 'fn f() { g().unwrap(); panic!(); }' };
    const found = audit(files, undefined, { 'unwrap-used': 'warn', 'panic-used': 'off' });
    expect(found).toMatchObject([{ rule: 'unwrap-used', blocking: false }]);
  });
});

describe('new public items', () => {
  it.each([
    ['pub fn f() {}'],
    ['pub struct S;'],
    ['pub enum E {}'],
    ['pub trait T {}'],
    ['pub type A = u8;'],
    ['pub const C: u8 = 1;'],
    ['pub static S: u8 = 1;'],
    ['pub union U { a: u8 }'],
    ['pub mod m {}'],
    ['#[derive(Debug)]\n#[must_use]\npub struct S;'],
    ['// no doc comment\npub fn f() {}'],
    ['//// no doc comment\npub fn f() {}'],
    ['pub async unsafe fn f() {}'],
    ['pub extern "C" fn f() {}'],
    ['pub const fn f() {}'],
    ['#[macro_export]\nmacro_rules! m { () => {} }'],
    ['/// A.\npub struct S;\nimpl S { pub fn f(&self) {} }'],
    ['/// A.\npub struct S<T>(T);\nimpl<T: Clone> S<T> where T: Copy { pub fn f(&self) {} }'],
    ['/// A.\npub trait T { fn f(&self); }'],
    ['mod m { pub fn f() {} }\npub use m::f;'],
    ['mod m { pub fn f() {} }\npub use self::m::*;'],
    ['mod m { pub fn f() {} pub(crate) fn g() {} }\npub use crate::m::{g, f};'],
  ])('%j needs documentation', (text) => {
    expect(library(text)).toEqual(['missing-docs!']);
  });

  it.each([
    ['fn f() {}'],
    ['pub(crate) fn f() {}'],
    ['pub(in crate::a) struct S;'],
    ['/// Does.\npub fn f() {}'],
    ['/** Does. */\npub fn f() {}'],
    ['/// Does.\n#[inline]\npub fn f() {}'],
    ['#[doc = "Does."]\npub fn f() {}'],
    ['#[doc(hidden)]\npub fn f() {}'],
    ['#[doc(hidden)]\npub mod m { pub fn f() {} }'],
    ['pub mod m {\n//! Does.\n}'],
    ['mod m { pub fn f() {} }'],
    ['mod m { pub fn f() {} }\npub use m::g;'],
    ['mod m { pub fn f() {} }\nuse m::f;'],
    ['pub use other::Thing;'],
    ['pub extern crate alloc;'],
    ['struct S;\nimpl S { pub fn f(&self) {} }'],
    ['/// A.\npub struct S;\nimpl Clone for S { fn clone(&self) -> S { S } }'],
    ['macro_rules! m { () => { pub fn f() {} } }'],
    ['/// A.\n#[cfg(unix)]\npub fn f() {}\n#[cfg(not(unix))]\npub fn f() {}'],
    ['fn f() { pub struct Local; }'],
  ])('%j needs none', (text) => {
    expect(library(text)).toEqual([]);
  });

  it('have fields and variants with documentation, which is advice', () => {
    const struct = '/// A.\npub struct S {\n  pub a: Vec<(u8, u8)>,\n  /// B.\n  pub b: HashMap<u8, u8>,\n  c: u8,\n}';
    expect(library(struct)).toEqual(['missing-docs-member']);
    expect(library('/// A.\npub enum E {\n  /// B.\n  B,\n  #[default]\n  C(u8),\n}')).toEqual(['missing-docs-member']);
  });

  it('are found through the files of their modules', () => {
    const files = {
      'src/lib.rs': '//! L.\npub mod a;\nmod b;\npub use b::shown;',
      'src/a/mod.rs': '//! A.\nmod deep;\npub fn one() {}',
      'src/a/deep.rs': 'pub fn hidden() {}',
      'src/b.rs': 'pub fn shown() {}\npub fn kept() {}',
    };
    const found = audit(files).map(({ path, text }) => `${path}: ${text}`);
    expect(found).toEqual([
      'src/a/mod.rs: public `fn one` has no documentation',
      'src/b.rs: public `fn shown` has no documentation',
    ]);
  });
});

it('code that does not parse is read as far as it goes', () => {
  expect(library('fn f( { g().unwrap();\nimpl { ) }')).toContain('unwrap-used!');
});
