// The audit of tests on small changes, both ways: what is wrong is found, honest work gives no finding.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AuditTests, fileOf, openAudit, rules } from '../support/audit-change.js';

let audit: AuditTests;
beforeAll(async () => {
  audit = await openAudit();
});

const newTest = (body: string, attributes?: string) => rules(audit({}, fileOf(body, attributes)));
const changedTest = (base: string, head: string) => rules(audit(fileOf(base), fileOf(head)));

describe('a new test', () => {
  it.each([
    ['', 'test-empty!'],
    ['// does nothing yet', 'test-empty!'],
    ['use super::*;', 'test-empty!'],
    ['let cache = Cache::new(3);\ncache.insert(1, 2);', 'test-asserts-nothing!'],
    ['println!("{:?}", Cache::new(3));', 'test-asserts-nothing!'],
    ['assert!(true);', 'test-trivial!'],
    ['let cache = Cache::new(3);\nassert!(true, "works");', 'test-trivial!'],
    ['let x = 4;\nassert_eq!(x, 4);', 'test-trivial!'],
    ['assert_eq!(cache, cache);', 'test-trivial!'],
    ['let c = Cache::new(3).unwrap();\nassert!(true);', 'test-trivial!'],
    ['assert_eq!(f(1), f(1));', 'test-compares-with-itself'],
    ['todo!()', 'test-stub!'],
    ['assert!(f());\nunimplemented!("later");', 'test-stub!'],
    ['if false { assert_eq!(f(), 1); }', 'test-asserts-nothing!'],
    ['return;\nassert_eq!(Cache::len(), 1);', 'test-asserts-nothing!'],
    ['fn checks() { assert_eq!(Cache::len(), 1); }\nlet c = Cache::new(1);', 'test-asserts-nothing!'],
    ['let never = Cache::new(1);\nsome_macro!(never);', 'test-asserts-nothing-visible'],
    ['let run = other_crate::round_trip("x");', 'test-asserts-nothing-visible'],
  ])('%j is reported', (body, rule) => {
    expect(newTest(body)).toEqual([rule]);
  });

  it.each([
    ['assert_eq!(f(), 1);'],
    ['assert!(true);\nassert_eq!(f(), 1);'],
    ['f().unwrap();'],
    ['let error = f().unwrap_err();'],
    ['if f() { panic!("no") }'],
    ['match f() { A => {}, _ => unreachable!() }'],
    ['assert_matches!(f(), Some(_));'],
    ['prop_assert_eq!(f(), 1);'],
    ['check_round_trip("x");'],
    ['TestCases::new().compile_fail("tests/ui/*.rs");'],
    ['Command::cargo_bin("x").assert().success();'],
    ['println!("{}", f().unwrap());'],
    ['thread::spawn(|| assert_eq!(f(), 1)).join();'],
    ['for (input, expected) in [("a", 1), ("b", 2)] { assert_eq!(f(input), expected); }'],
  ])('%j is none', (body) => {
    expect(newTest(body)).toEqual([]);
  });

  it('that has to panic asserts by that', () => {
    expect(newTest('Cache::new(0);', '#[test]\n#[should_panic(expected = "capacity")]')).toEqual([]);
  });

  it('that returns its result asserts by that', () => {
    const by = (signature: string) => rules(audit({}, { 'tests/a.rs': `#[test] ${signature}` }));
    expect(by('fn a() -> Result<(), E> { parse("x")?; Ok(()) }')).toEqual([]);
    expect(by('fn a() -> Result<(), E> { parse("x").map(drop) }')).toEqual([]);
    expect(by('fn a() -> Result<(), E> { let p = Parser::new(); Ok(()) }')).toEqual(['test-asserts-nothing!']);
    expect(rules(audit({}, { 'tests/a.rs': 'quickcheck! { fn p(x: u8) -> bool { f(x) == x } }' }))).toEqual([]);
  });

  it('may assert through a helper of its own file, of another, or a macro', () => {
    const helper = 'fn same(a: u8, b: u8) { assert_eq!(a, b); }';
    const test = '#[test] fn a() { same(f(), 1); }';
    const through = 'fn outer(a: u8) { same(a, 1); }';
    expect(rules(audit({}, { 'tests/a.rs': `${helper} ${test}` }))).toEqual([]);
    expect(rules(audit({}, { 'tests/a.rs': `mod common; ${test}`, 'tests/common/mod.rs': `pub ${helper}` }))).toEqual(
      [],
    );
    expect(rules(audit({}, { 'tests/a.rs': `${helper} ${through} #[test] fn a() { outer(f()); }` }))).toEqual([]);
    const macro = 'macro_rules! same { ($a:expr, $b:expr) => { assert_eq!($a, $b) } }';
    expect(rules(audit({}, { 'tests/a.rs': `${macro} #[test] fn a() { same!(f(), 1); }` }))).toEqual([]);
  });

  it('does not assert through a helper that asserts nothing, whatever its name', () => {
    const source = 'fn assert_same(a: u8, b: u8) { let _ = (a, b); }\n#[test] fn a() { assert_same(f(), 1); }';
    expect(rules(audit({}, { 'tests/a.rs': `fn f() -> u8 { 1 } ${source}` }))).toEqual(['test-asserts-nothing!']);
  });

  it('does not assert by the assertions of the code it calls', () => {
    const files = {
      'src/lib.rs': 'impl Cache { pub fn insert(&mut self, at: usize) { assert!(at < self.len); } }',
      'tests/a.rs': '#[test] fn a() { let mut c = Cache::default(); c.insert(1); }',
    };
    expect(rules(audit({}, files))).toEqual(['test-asserts-nothing!']);
  });

  it('does not assert by a method that happens to share its name with one of a trait elsewhere', () => {
    const files = {
      'tests/common/mod.rs':
        'impl Iterator for Checked { fn next(&mut self) -> Option<u8> { assert!(self.open); None } }',
      'tests/a.rs': '#[test] fn a() { let mut c = Cache::iter(); c.next(); }',
    };
    expect(rules(audit({}, files))).toEqual(['test-asserts-nothing!']);
  });

  it('that a macro definition writes is not taken for an empty one', () => {
    const source = 'macro_rules! t { ($n:ident, $b:expr) => { #[test] fn $n() { $b } #[test] fn other() {} } }';
    expect(rules(audit({}, { 'tests/a.rs': source }))).toEqual([
      'test-asserts-nothing-visible',
      'test-asserts-nothing-visible',
    ]);
  });

  it('whose point is to compile or to run through is a doubt, not a certainty', () => {
    const sources = [
      '#[test] fn is_send() { fn of<T: Send>() {} of::<Cache>(); }',
      '#[test] fn parse_does_not_panic() { let p = Parser::new("]["); }',
      '#[test] fn converts() { let _: u64 = Small::new().into(); }',
      '#[test] fn frees() { let c = Cache::new(1); drop(c); }',
      '#[test] fn expands() { fn f() { seq!(a, b) } }',
      '#[test] fn forwards() { impl Buf for S { fn put(&mut self) {} fn len(&self) -> u8 { panic!() } } go(&mut S::new()); }',
      'impl Drop for D { fn drop(&mut self) { assert_eq!(self.0, 1); } } #[test] fn order() { let d = D(1); }',
    ];
    for (const source of sources)
      expect(rules(audit({}, { 'tests/a.rs': source }))).toEqual(['test-asserts-nothing-visible']);
  });

  it('that never runs is shown', () => {
    expect(newTest('assert!(f());', '#[test]\n#[ignore = "slow"]')).toEqual(['test-never-runs']);
    expect(newTest('assert!(f());', '#[cfg(any())]\n#[test]')).toEqual(['test-never-runs']);
    expect(newTest('assert!(f());', '#[cfg(unix)]\n#[test]')).toEqual([]);
  });

  it('in proptest! is read like any other', () => {
    const source = (body: string) => ({ 'tests/a.rs': `proptest! { #[test] fn p(x in 0..9u8) { ${body} } }` });
    expect(rules(audit({}, source('prop_assert!(f(x) < 9);')))).toEqual([]);
    expect(rules(audit({}, source('let y = x;')))).toEqual(['test-asserts-nothing!']);
  });

  it('is reported with its file, line and name', () => {
    expect(
      audit({}, { 'src/lib.rs': '//! A.\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn empty() {}\n}\n' }),
    ).toEqual([
      { rule: 'test-empty', path: 'src/lib.rs', line: 5, text: 'test `tests::empty` has no body', blocking: true },
    ]);
  });
});

describe('any change', () => {
  const name = fc.constantFrom('adds', 'parses', 'works', 'fails', 'a', 'b');
  const assertion = fc.constantFrom(
    'assert_eq!(f(1), 2);',
    'assert!(g("x").is_ok());',
    'assert!(matches!(h(), Some(3)));',
    'x.unwrap();',
    'check(4);',
    'assert!(true);',
    '',
  );
  const body = fc.array(assertion, { maxLength: 5 });
  const attribute = fc.constantFrom('', '#[ignore]', '#[should_panic]', '#[cfg(feature = "x")]', '/// Doc.');
  const test = fc.record({ name, body, attribute });
  const source = fc.uniqueArray(test, { selector: (each) => each.name, maxLength: 5 });
  const print = (tests: readonly { name: string; body: string[]; attribute: string }[], gap: string) =>
    tests
      .map((each) => `${each.attribute}\n#[test]\nfn ${each.name}() {${gap}${each.body.join(gap)}${gap}}`)
      .join('\n\n');

  it('of layout and comments alone has no finding', () => {
    fc.assert(
      fc.property(source, (tests) => {
        const base = { 'tests/a.rs': print(tests, '\n    ') };
        const head = { 'tests/a.rs': print(tests, '\n\n// why\n  /* so */ ') };
        expect(audit(base, head)).toEqual([]);
      }),
    );
  });

  it('of the order of tests, or of their file, has no finding', () => {
    fc.assert(
      fc.property(source, (tests) => {
        const distinct = tests.map((each) => ({ ...each, body: [...each.body, `assert_eq!("${each.name}", f(9));`] }));
        const base = { 'tests/a.rs': print(distinct, ' ') };
        expect(audit(base, { 'tests/a.rs': print([...distinct].reverse(), ' ') })).toEqual([]);
        expect(audit(base, { 'tests/b.rs': print(distinct, ' ') })).toEqual([]);
      }),
    );
  });

  it('that takes out one test of the base is blocked', () => {
    fc.assert(
      fc.property(source, fc.nat(), (tests, at) => {
        fc.pre(tests.length > 0);
        const marked = tests.map((each) => ({ ...each, body: [...each.body, `assert_eq!("${each.name}", f(9));`] }));
        const gone = at % marked.length;
        const base = { 'tests/a.rs': print(marked, ' ') };
        const found = audit(base, {
          'tests/a.rs': print(
            marked.filter((_, index) => index !== gone),
            ' ',
          ),
        });
        expect(rules(found)).toEqual(['test-deleted!']);
        expect(found[0]?.test).toBe(marked[gone]?.name);
      }),
    );
  });

  it('that takes out one real assertion is blocked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.nat(), (count, at) => {
        const lines = Array.from({ length: count }, (_, index) => `assert_eq!(f(${index}), ${index * 7 + 100});`);
        const left = lines.filter((_, index) => index !== at % count);
        expect(changedTest(lines.join('\n'), left.join('\n'))).toEqual(['test-weakened!']);
      }),
    );
  });

  it('never throws, whatever the texts hold', () => {
    const junk = fc.string({
      unit: fc.constantFrom(
        '#[test] ',
        'fn a() ',
        '{',
        '}',
        '(',
        ')',
        '"',
        '/*',
        '*/',
        'assert!(',
        '#![cfg(',
        'macro_rules! m ',
        '$x',
        "'",
        '\n',
      ),
    });
    fc.assert(
      fc.property(junk, junk, (base, head) => {
        expect(Array.isArray(audit({ 'tests/a.rs': base }, { 'tests/a.rs': head }))).toBe(true);
      }),
    );
  });
});
