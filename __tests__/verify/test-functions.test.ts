// Tests found in small Rust sources through the real grammar.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { itemReader } from '../../src/verify/rust-items.js';
import { findTests, type TestFunction } from '../../src/verify/test-functions.js';
import { openRustSyntax, type RustSyntax } from '../../src/workshop/rust-syntax.js';

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

function tests(source: string): TestFunction[] {
  return findTests(syntax, itemReader(syntax)(source)).tests;
}

function only(source: string): TestFunction {
  const found = tests(source);
  expect(found).toHaveLength(1);
  return found[0] as TestFunction;
}

describe('tests', () => {
  it.each([
    ['#[test] fn a() {}', 'a'],
    ['#[tokio::test(flavor = "current_thread")]\n#[ignore]\npub(crate) async fn a() {}', 'a'],
    ['#[async_std::test] async fn a() {}', 'a'],
    ['#[rstest]\n#[case(1)]\nfn a(#[case] x: u8) {}', 'a'],
    ['#[test_case(1; "one")] fn a(x: u8) {}', 'a'],
    ['#[cfg_attr(not(miri), test)] fn a() {}', 'a'],
    ['#[cfg(test)] mod tests { use super::*; mod deep { #[test] fn a() {} } }', 'tests::deep::a'],
    ['proptest! { #![proptest_config(c())] #[test] fn a(x in 0..9u8, s in "a*") { prop_assert!(x < 9); } }', 'a'],
    ['quickcheck! { fn a(x: u8) -> bool { x == x } }', 'a'],
    ['cfg_if! { if #[cfg(unix)] { #[test] fn a() {} } }', 'a'],
    ['fn outer() { #[test] fn a() {} }', 'outer::a'],
    ['#[apply(cases)] fn a(x: u8) { assert!(x > 1) }', 'a'],
  ])('%s', (source, name) => {
    expect(only(source).name).toBe(name);
  });

  it.each([
    ['fn test() {}'],
    ['#[cfg(test)] fn helper() {}'],
    ['// #[test]\n// fn a() {}'],
    ['const S: &str = "#[test] fn a() {}";'],
    ['#[template] #[rstest] #[case(1)] fn cases(x: u8) {}'],
    ['#[cfg_attr(miri, test)] fn a() {}'],
    ['#[bench] fn a(b: &mut Bencher) {}'],
  ])('none in %s', (source) => {
    expect(tests(source)).toEqual([]);
  });

  it('are templates inside macro definitions', () => {
    expect(only('macro_rules! t { ($n:ident) => { #[test] fn $n() { assert!(f()); } } }')).toMatchObject({
      kind: 'template',
      name: '$n',
    });
  });

  it('have their lines, attributes and conditions', () => {
    const source =
      '#[cfg(all(test, unix))]\nmod t {\n  #[test]\n  #[should_panic(expected = "no")]\n  fn a() {\n    f();\n  }\n}';
    expect(only(source)).toMatchObject({ line: 3, endLine: 7, shouldPanic: 'expected = "no"', ignored: undefined });
    expect(only(source).conditions).toEqual(['all ( test , unix )']);
  });

  it('know that a macro may leave them out', () => {
    expect(only('unknown! { #[test] fn a() {} }').conditions).toEqual(['inside unknown!']);
    expect(only('proptest! { #[test] fn a(x in b()) {} }').conditions).toEqual([]);
  });

  it('are found in code that does not parse', () => {
    expect(
      tests('#[test] fn a() { assert!(x) }\nfn broken( { ]\n#[test] fn b() { }').map(({ name }) => name),
    ).toContain('a');
  });
});

describe('doc tests', () => {
  it.each([
    ['/// ```\n/// assert_eq!(f(), 1);\n/// ```\nfn f() {}', 'f', undefined],
    ['//! ```rust\n//! f();\n//! ```', 'the file', undefined],
    ['/// ```no_run\n/// f();\n/// ```\nfn f() {}', 'f', 'no_run'],
    ['/// ```ignore\n/// f();\n/// ```\nfn f() {}', 'f', 'ignore'],
    ['mod m {\n/** A.\n * ```\n * f();\n * ```\n */\nfn f() {} }', 'm::f', undefined],
  ])('%j', (source, name, ignored) => {
    expect(only(source)).toMatchObject({ kind: 'doc', name, ignored });
  });

  it('are not code in other languages', () => {
    expect(tests('/// ```text\n/// f();\n/// ```\n/// ```toml\n/// a = 1\n/// ```\nfn f() {}')).toEqual([]);
  });

  it('are read without the marks of hidden lines', () => {
    const { facts } = only('/// ```\n/// # use a::b;\n/// assert_eq!(b(), 1);\n/// ```\nfn f() {}');
    expect(facts.words.slice(0, 2)).toEqual(['use', 'a']);
    expect(facts.assertions).toHaveLength(1);
  });
});

describe('assertions', () => {
  const kinds = (body: string) => only(`#[test] fn a() { ${body} }`).facts.assertions.map(({ kind }) => kind);

  it.each([
    ['assert_eq!(f(), 1);', ['exact']],
    ['assert!(f() == 1, "message {}", 1);', ['exact']],
    ['assert!(matches!(f(), Some(_)));', ['exact']],
    ['assert_eq!(f().is_ok(), true);', ['condition']],
    ['assert!(f().is_ok());', ['condition']],
    ['debug_assert_ne!(f(), 1);', ['exact']],
    ['match f() { A => {} _ => panic!("no") }', ['panic']],
    ['insta::assert_snapshot!(f());', ['exact']],
    ['assert_ok!(f());', ['condition']],
    ['assert_eq!(f::<_, A>(1), g::<B>(2));', ['exact']],
    ['f().unwrap(); g().expect("g"); h()?;', ['last-resort', 'last-resort', 'last-resort']],
    ['println!("{}", f().unwrap());', ['last-resort']],
    ['let v: Vec<Box<dyn T>> = vec![]; fn g<T: ?Sized>() {}', []],
    ['fn never_called() { assert!(f()); }', []],
    ['if false { assert_eq!(f(), 1); }', []],
    ['#[cfg(any())] { assert_eq!(f(), 1); } assert!(g());', ['condition']],
    ['return; assert_eq!(f(), 1);', []],
    ['if f() { return; } assert_eq!(f(), 1);', ['exact']],
    ['for _ in 0..0 { assert_eq!(f(), 1); }', []],
  ])('%s', (body, expected) => {
    expect(kinds(body)).toEqual(expected);
  });

  it('are split at their commas, not at those of generic arguments', () => {
    const text = (body: string) => only(`#[test] fn a() { ${body} }`).facts.assertions[0]?.text;
    expect(text('assert_eq!(f::<A, B>(1), 2, "message");')).toBe('assert_eq ! ( f :: < A , B > ( 1 ) , 2 )');
    expect(text('assert_eq!(<X as Y<A, B>>::f(), a < b);')).toBe(
      'assert_eq ! ( < X as Y < A , B >> :: f ( ) , a < b )',
    );
  });

  it.each([
    ['assert!(true);', 'asserts a constant'],
    ['assert!( true , "fine" );', 'asserts a constant'],
    ['assert!(1 < 2);', 'asserts a constant'],
    ['assert_eq!(1, 1);', 'compares constants'],
    ['assert_ne!("a", "b");', 'compares constants'],
    ['assert_eq!(Some(1), Some(1));', 'compares constants'],
    ['assert_eq!(vec![1, 2], vec![1, 2]);', 'compares constants'],
    ['let expected = 4; let actual = 4; assert_eq!(actual, expected);', 'compares constants'],
    ['assert_eq!(cache.size, cache.size);', 'compares a value with itself'],
    ['assert!(x == x);', 'compares a value with itself'],
    ['assert_eq!(f(1), f(1));', 'compares an expression with itself'],
    ['assert!(r.is_ok() || r.is_err());', 'asserts a condition that always holds'],
    ['assert!(f() || true);', 'asserts a condition that always holds'],
    ['assert!(a || !a);', 'asserts a condition that always holds'],
    ['assert!(matches!(f(), _));', 'asserts a condition that always holds'],
    ['prop_assert!(true);', 'asserts a constant'],
  ])('%s cannot fail', (body, reason) => {
    expect(only(`#[test] fn a() { ${body} }`).facts.assertions[0]?.trivial?.reason).toBe(reason);
  });

  it.each([
    ['assert!(f());'],
    ['assert!(false);'],
    ['assert_eq!(f(), 1);'],
    ['let mut x = 1; g(&mut x); assert_eq!(x, 1);'],
    ['let x = 1; let x = f(x); assert_eq!(x, 1);'],
    ['let x = 1; for x in f() { assert_eq!(x, 1); }'],
    ['let x = 1; run(|x| assert_eq!(x, 1));'],
    ['let x = 1; if let Some(x) = f() { assert_eq!(x, 1); }'],
    ['let a = [1, 2]; let d = Deferred::new(move || assert_eq!(a, [1, 2])); d.call();'],
    ['let vec: Vec<u8> = f(); let content = b"x"; assert_eq!(&vec, content);'],
    ['assert_eq!(MAX_SIZE, 10);'],
    ['assert!(MAX_SIZE > 10);'],
    ['assert_ne!(x, x);'],
    ['assert!(r.is_ok() || other.is_err());'],
    ['assert!(matches!(f(), Some(_)));'],
  ])('%s can fail', (body) => {
    expect(only(`#[test] fn a() { ${body} }`).facts.assertions[0]?.trivial).toBeUndefined();
  });
});
