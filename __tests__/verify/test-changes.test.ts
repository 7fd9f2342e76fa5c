// What becomes of the tests of the base: taken out, weakened, moved, renamed, rewritten.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type AuditTests, fileOf, openAudit, rules } from '../support/audit-change.js';

let audit: AuditTests;
beforeAll(async () => {
  audit = await openAudit();
});

const changedTest = (base: string, head: string) => rules(audit(fileOf(base), fileOf(head)));

describe('a test of the base', () => {
  const THREE =
    'let c = Cache::new(3);\nassert_eq!(c.get(1), Some(10));\nassert_eq!(c.get(2), None);\nassert!(c.len() < 4);';

  it('that is deleted blocks, with what the base had', () => {
    const [finding] = audit(fileOf(THREE), { 'tests/a.rs': '' });
    expect(finding).toMatchObject({ rule: 'test-deleted', path: 'tests/a.rs', blocking: true, test: 'works' });
    expect(finding?.line).toBeUndefined();
    expect(finding?.text).toBe(
      'test `works` was deleted; the base (line 1 of the base) had 3 assertions: `assert_eq!(c.get(1), Some(10))`, ' +
        '`assert_eq!(c.get(2), None)`, `assert!(c.len() < 4)`',
    );
  });

  it('is deleted with its file, commented out, or hidden in a macro that is never called', () => {
    const { 'tests/a.rs': text } = fileOf(THREE);
    expect(rules(audit({ 'tests/a.rs': text }, {}))).toEqual(['test-deleted!']);
    expect(rules(audit({ 'tests/a.rs': text }, { 'tests/a.rs': `/*\n${text}*/` }))).toEqual(['test-deleted!']);
    expect(rules(audit({ 'tests/a.rs': text }, { 'tests/a.rs': `macro_rules! no { () => { ${text} } }` }))).toEqual([
      'test-deleted!',
    ]);
  });

  it('is no test any more without its attribute', () => {
    expect(rules(audit(fileOf(THREE), fileOf(THREE, '')))).toEqual(['test-deleted!']);
  });

  it('is emptied or made trivial', () => {
    expect(changedTest(THREE, '')).toEqual(['test-weakened!', 'test-empty!']);
    expect(changedTest(THREE, 'assert!(true);')).toEqual(['test-weakened!', 'test-trivial!']);
    expect(changedTest(THREE, `return;\n${THREE}`)).toContain('test-weakened!');
  });

  it('may be moved to another file or module', () => {
    const { 'tests/a.rs': text } = fileOf(THREE);
    expect(audit({ 'tests/a.rs': text }, { 'tests/b.rs': text })).toEqual([]);
    expect(audit({ 'src/lib.rs': text }, { 'src/lib.rs': `#[cfg(test)]\nmod tests {\n${text}}` })).toEqual([]);
  });

  it('under another name is a rename, which does not block', () => {
    const { 'tests/a.rs': text } = fileOf(THREE);
    const renamed = text.replace('works', 'keeps_entries');
    const [finding, ...more] = audit({ 'tests/a.rs': text }, { 'tests/a.rs': renamed });
    expect(finding).toMatchObject({ rule: 'test-renamed', blocking: false, line: 1 });
    expect(finding?.text).toBe('test `keeps_entries` was `works` (tests/a.rs) in the base');
    expect(more).toEqual([]);
    const fewer = renamed.replace('assert!(c.len() < 4);', '');
    expect(rules(audit({ 'tests/a.rs': text }, { 'tests/a.rs': fewer }))).toEqual(['test-renamed', 'test-weakened!']);
  });

  it('is deleted when only an unlike test takes its place', () => {
    const other =
      '#[test] fn parses() { let p = parse("3 + 4"); assert_eq!(p.sum(), 7); assert_eq!(p.rest(), ""); assert!(p.ok()); }';
    expect(rules(audit(fileOf(THREE), { 'tests/a.rs': other }))).toEqual(['test-deleted!']);
  });

  it('may be split in two, or merged into another', () => {
    const split = {
      'tests/a.rs':
        '#[test] fn works() { let c = Cache::new(3); assert_eq!(c.get(1), Some(10)); }\n' +
        '#[test] fn misses() { let c = Cache::new(3); assert_eq!(c.get(2), None); assert!(c.len() < 4); }',
    };
    expect(rules(audit(fileOf(THREE), split))).toEqual([]);
    expect(rules(audit(split, fileOf(THREE)))).toEqual(['test-renamed']);
  });

  it.each([
    ['#[test]\n#[ignore]', 'test-ignored!'],
    ['#[test]\n#[ignore = "flaky"]', 'test-ignored!'],
    ['#[test]\n#[cfg_attr(not(feature = "slow"), ignore)]', 'test-ignored!'],
    ['#[cfg(any())]\n#[test]', 'test-cfg-out!'],
    ['#[cfg(feature = "extra")]\n#[test]', 'test-cfg-out!'],
    ['#[cfg(not(test))]\n#[test]', 'test-cfg-out!'],
    ['#[cfg(all(test, windows))]\n#[test]', 'test-cfg-out!'],
    ['#[test]\n#[should_panic]', 'test-should-panic!'],
  ])('given %j blocks', (attributes, rule) => {
    expect(rules(audit(fileOf(THREE), fileOf(THREE, attributes)))).toEqual([rule]);
  });

  it.each([
    ['#[test]\n#[cfg_attr(miri, ignore)]'],
    ['#[cfg(unix)]\n#[test]'],
    ['#[cfg(test)]\n#[test]'],
    ['#[test]\n#[allow(dead_code)]'],
    ['#[tokio::test]'],
  ])('given %j does not', (attributes) => {
    expect(rules(audit(fileOf(THREE), fileOf(THREE, attributes)))).toEqual([]);
  });

  it('is compiled out with its module or file', () => {
    const { 'tests/a.rs': text } = fileOf(THREE);
    const base = { 'src/lib.rs': `#[cfg(test)]\nmod tests {\n${text}}` };
    const head = { 'src/lib.rs': `#[cfg(all(test, feature = "x"))]\nmod tests {\n${text}}` };
    expect(rules(audit(base, head))).toEqual(['test-cfg-out!']);
    expect(audit(base, head)[0]?.text).toContain('feature = "x"');
    expect(rules(audit({ 'tests/a.rs': text }, { 'tests/a.rs': `#![cfg(never)]\n${text}` }))).toEqual([
      'test-cfg-out!',
    ]);
    expect(rules(audit({ 'tests/a.rs': text }, { 'tests/a.rs': `skip! { ${text} }` }))).toEqual(['test-cfg-out!']);
  });

  it('loses its expected panic message', () => {
    const by = (attribute: string) => fileOf('f();', `#[test]\n${attribute}`);
    expect(rules(audit(by('#[should_panic(expected = "zero")]'), by('#[should_panic]')))).toEqual(['test-weakened!']);
    expect(rules(audit(by('#[should_panic]'), by('#[should_panic(expected = "zero")]')))).toEqual([]);
  });

  it('loses cases', () => {
    const cases = (list: string) => ({ 'tests/a.rs': `#[rstest] ${list} fn a(#[case] x: u8) { assert!(f(x)); }` });
    expect(rules(audit(cases('#[case(1)] #[case(2)]'), cases('#[case(1)]')))).toEqual(['test-weakened!']);
    expect(rules(audit(cases('#[case(1)]'), cases('#[case(1)] #[case(2)]')))).toEqual([]);
  });

  it.each([
    ['an assertion less', THREE, THREE.replace('assert_eq!(c.get(2), None);', '')],
    ['assert_eq! to is_ok', 'assert_eq!(f(), Ok(3));', 'assert!(f().is_ok());'],
    ['assert_eq! to assert!', 'assert_eq!(f(), "abc");', 'assert!(f().contains("a"));'],
    ['assert_eq! to assert_ne!-less condition', 'assert_eq!(f(), 3);', 'assert!(f() > 0);'],
    [
      'assert_eq! to a comparison with itself',
      'assert_eq!(f(), 3);\nassert!(g());',
      'let x = f();\nassert_eq!(x, x);\nassert!(g());',
    ],
    ['assert_eq! to unwrap', 'assert_eq!(f(), Ok(3));', 'f().unwrap();'],
    [
      'assertions behind a condition that never holds',
      'assert_eq!(f(), 3);\nassert!(g());',
      'if false { assert_eq!(f(), 3); }\nassert!(g());',
    ],
  ])('is weaker: %s', (_, base, head) => {
    expect(changedTest(base, head)).toContain('test-weakened!');
  });

  it.each([
    ['more assertions', 'assert_eq!(f(), 3);', 'assert_eq!(f(), 3);\nassert!(g());'],
    ['another layout', 'assert_eq!(f(1,2), 3);', 'assert_eq!(\n    f(1, 2), // sum\n    3\n);'],
    ['a message', 'assert!(g());', 'assert!(g(), "g holds");'],
    ['assert! to assert_eq!', 'assert!(f() > 0);', 'assert_eq!(f(), 3);'],
    ['assert_eq! to assert!(==)', 'assert_eq!(f(), 3);', 'assert!(f() == 3);'],
    ['assert_eq! with a boolean to assert!', 'assert_eq!(g(), true);', 'assert!(g());'],
    ['assert_eq! with None to is_none', 'assert_eq!(f(), None);', 'assert!(f().is_none());'],
    ['is_ok to unwrap', 'assert!(f().is_ok());\nassert!(g());', 'f().unwrap();\nassert!(g());'],
    [
      'assertions in a helper',
      'assert_eq!(f(1), 3);\nassert_eq!(f(2), 4);',
      'fn is(x: u8, y: u8) { assert_eq!(f(x), y); }\nis(1, 3);\nis(2, 4);',
    ],
    [
      'match with panic to assert_matches',
      'match f() { Some(_) => {} None => panic!("none") }',
      'assert!(matches!(f(), Some(_)));',
    ],
    ['other names', 'let a = f();\nassert_eq!(a.len(), 3);', 'let answer = f();\nassert_eq!(answer.len(), 3);'],
    ['a float compared with tolerance', 'assert_eq!(f(), 0.3);', 'assert!((f() - 0.3).abs() < 1e-9);'],
  ])('is as strong: %s', (_, base, head) => {
    expect(changedTest(base, head)).toEqual([]);
  });

  it('may become a table of the same values, which is shown', () => {
    const list = 'assert_eq!(f("a"), 1);\nassert_eq!(f("b"), 2);\nassert_eq!(f("c"), 3);';
    const table = 'for (text, value) in [("a", 1), ("b", 2), ("c", 3)] {\nassert_eq!(f(text), value);\n}';
    expect(changedTest(list, table)).toEqual(['test-restructured']);
    expect(changedTest(list, table.replace(', ("c", 3)', ''))).toEqual(['test-weakened!']);
  });

  it('that expects another value is shown with the old one', () => {
    const [finding] = audit(fileOf('assert_eq!(f(), 3);'), fileOf('assert_eq!(f(), 4);'));
    expect(finding).toMatchObject({ rule: 'test-expectation-changed', blocking: false });
    expect(finding?.text).toContain('`assert_eq!(f(), 3)`');
  });

  it('is weakened through a helper in a file of its own', () => {
    const test = 'mod common;\n#[test] fn a() { common::same(f(), 1); }';
    const helper = (body: string) => ({
      'tests/a.rs': test,
      'tests/common/mod.rs': `pub fn same(a: u8, b: u8) { ${body} }`,
    });
    const findings = audit(helper('assert_eq!(a, b);'), helper('let _ = (a, b);'));
    expect(rules(findings)).toEqual(['test-weakened!']);
    expect(findings[0]).toMatchObject({ path: 'tests/common/mod.rs', test: 'same' });
    expect(rules(audit(helper('assert_eq!(a, b);'), helper('assert_eq!(a, b, "{a}");')))).toEqual([]);
  });

  it('keeps its findings with severities of the project', () => {
    expect(rules(audit(fileOf(THREE), { 'tests/a.rs': '' }, { 'test-deleted': 'warn' }))).toEqual(['test-deleted']);
    expect(rules(audit(fileOf(THREE), { 'tests/a.rs': '' }, { 'test-deleted': 'off' }))).toEqual([]);
  });
});

describe('a documentation example', () => {
  const example = (tag: string, code = 'assert_eq!(sum(1, 2), 3);') => ({
    'src/lib.rs': `/// Adds.\n///\n/// \`\`\`${tag}\n/// ${code}\n/// \`\`\`\npub fn sum(a: u8, b: u8) -> u8 { a + b }\n`,
  });

  it('that does not run now blocks', () => {
    expect(rules(audit(example(''), example('ignore')))).toEqual(['doc-test-deleted!']);
    expect(rules(audit(example(''), example('no_run')))).toEqual(['doc-test-deleted!']);
    expect(rules(audit(example(''), example('text')))).toEqual(['doc-test-deleted!']);
    expect(rules(audit(example('rust'), example('')))).toEqual([]);
  });

  it('that is gone blocks, unless its item is gone as well', () => {
    expect(rules(audit(example(''), { 'src/lib.rs': '/// Adds.\npub fn sum(a: u8, b: u8) -> u8 { a + b }' }))).toEqual([
      'doc-test-deleted!',
    ]);
    expect(rules(audit(example(''), { 'src/lib.rs': '/// Subtracts.\npub fn difference() {}' }))).toEqual([]);
  });

  it('may be new, changed, or without an assertion', () => {
    expect(rules(audit({}, example('', 'sum(1, 2);')))).toEqual([]);
    expect(rules(audit(example(''), example('', 'assert_eq!(sum(2, 2), 4);')))).toEqual([]);
    expect(rules(audit(example(''), example('', 'let three = sum(1, 2);')))).toEqual(['doc-test-weakened']);
  });
});
