// Which severity counts: the workflow's word, then the base's manifests, then the default.
import { describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { auditPolicy } from '../../src/verify/audit-policy.js';
import type { AuditRule, AuditSeverities } from '../../src/verify/audit-rules.js';
import { AUDIT_RULES } from '../../src/verify/audit-rules.js';
import { LINTS_OF_RULES } from '../../src/verify/project-lints.js';

type Files = Record<string, string>;

const PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\n';

/** The policy of a change that touches `path` and has, beside its sources, the manifests of the base. */
function policy(base: Files, path = 'src/lib.rs', head: Files = base, input: AuditSeverities = {}) {
  const files = { ...head, [path]: '' };
  const change = { base: new Map(Object.entries(base)), head: new Map(Object.entries(files)) };
  const judged = auditPolicy(input, { ...change, changed: new Set(Object.keys(files)), added: new Map() });
  return { severities: judged.severities(path), changes: judged.changes };
}
const severities = (...given: Parameters<typeof policy>) => policy(...given).severities;

describe("a project's lints", () => {
  it.each([
    ['unwrap_used = "allow"', { 'unwrap-used': 'off' }],
    ['unwrap_used = "warn"', { 'unwrap-used': 'warn' }],
    ['unwrap_used = "deny"', { 'unwrap-used': 'block' }],
    ['unwrap_used = "forbid"', { 'unwrap-used': 'block' }],
    ['unwrap_used = { level = "allow", priority = -1 }', { 'unwrap-used': 'off' }],
    ['unwrap-used = "allow"', { 'unwrap-used': 'off' }],
    ['expect_used = "allow"\npanic = "warn"', { 'expect-used': 'off', 'panic-used': 'warn' }],
    ['todo = "allow"', { 'todo-left': 'off' }],
    ['allow_attributes = "allow"\nallow_attributes_without_reason = "warn"', { 'lint-silenced': 'warn' }],
    ['unwrap_used = "sometimes"\nexpect_used = 3', {}],
    ['restriction = "allow"\nneedless_return = "allow"', {}],
  ])('set the rules that find the same: %s', (lints, expected) => {
    expect(severities({ 'Cargo.toml': `${PACKAGE}[lints.clippy]\n${lints}\n` })).toEqual(expected);
  });

  it('of the compiler set the rules about documentation, and only in their own table', () => {
    const lints = '[lints.rust]\nmissing_docs = "allow"\nunwrap_used = "allow"\n';
    expect(severities({ 'Cargo.toml': PACKAGE + lints })).toEqual({
      'missing-docs': 'off',
      'missing-docs-member': 'off',
    });
  });

  it('of a workspace count for the members that inherit them, and for no other', () => {
    const base = {
      'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n[workspace.lints.clippy]\nunwrap_used = "allow"\n',
      'a/Cargo.toml': `${PACKAGE}[lints]\nworkspace = true\n`,
      'b/Cargo.toml': PACKAGE,
    };
    expect(severities(base, 'a/src/deep/x.rs')).toEqual({ 'unwrap-used': 'off' });
    expect(severities(base, 'b/src/lib.rs')).toEqual({});
  });

  it('are found where the package names its workspace', () => {
    const base = {
      'Cargo.toml': '[workspace]\n[workspace.lints.clippy]\nunwrap_used = "warn"\n',
      'root/Cargo.toml': '[workspace]\nmembers = ["../a"]\n[workspace.lints.clippy]\nunwrap_used = "allow"\n',
      'a/Cargo.toml': `${PACKAGE.trim()}\nworkspace = "../root"\n[lints]\nworkspace = true\n`,
    };
    expect(severities(base, 'a/src/lib.rs')).toEqual({ 'unwrap-used': 'off' });
  });

  it.each([
    ['adds them to a manifest', { 'Cargo.toml': PACKAGE }, 'src/lib.rs'],
    ['brings a manifest with them', {}, 'src/lib.rs'],
    ['puts a new package around the code', { 'Cargo.toml': PACKAGE }, 'inner/src/lib.rs'],
  ])('are no way for a run to silence itself when it %s', (_, base, path) => {
    const silenced = `${PACKAGE}[lints.clippy]\nunwrap_used = "allow"\n`;
    const head = { ...base, [path.startsWith('inner') ? 'inner/Cargo.toml' : 'Cargo.toml']: silenced };
    expect(severities(base, path, head)).toEqual({});
  });

  it('of the workspace count for a package that the run adds to it', () => {
    const base = { 'Cargo.toml': '[workspace]\n[workspace.lints.rust]\nmissing_docs = "warn"\n' };
    const head = { ...base, 'new/Cargo.toml': `${PACKAGE}[lints.rust]\nmissing_docs = "allow"\n` };
    expect(severities(base, 'new/src/lib.rs', head)).toEqual({ 'missing-docs': 'warn', 'missing-docs-member': 'warn' });
  });

  it('of a package stay when the run deletes its manifest', () => {
    const base = {
      'Cargo.toml': `${PACKAGE}[lints.clippy]\nunwrap_used = "allow"\n`,
      'inner/Cargo.toml': `${PACKAGE}[lints.clippy]\nunwrap_used = "deny"\n`,
    };
    expect(severities(base, 'inner/src/lib.rs', { 'Cargo.toml': base['Cargo.toml'] })).toEqual({
      'unwrap-used': 'block',
    });
  });

  it('that cannot be read set nothing', () => {
    expect(severities({ 'Cargo.toml': '[package\nlints = ' })).toEqual({});
    expect(severities({ 'Cargo.toml': `${PACKAGE}lints = 3\n` })).toEqual({});
  });
});

describe('the input', () => {
  const base = { 'Cargo.toml': `${PACKAGE}[lints.clippy]\nunwrap_used = "allow"\npanic = "deny"\n` };

  it("weighs more than the project's lints", () => {
    const { severities: counted, changes } = policy(base, 'src/lib.rs', base, {
      'unwrap-used': 'block',
      'missing-docs': 'off',
    });
    expect(counted).toEqual({ 'unwrap-used': 'block', 'panic-used': 'block', 'missing-docs': 'off' });
    expect(changes).toEqual([{ rule: 'missing-docs', severity: 'off', from: 'input audit-rules' }]);
  });

  it('is told apart from the manifests in what the report says', () => {
    const { changes } = policy(base, 'src/lib.rs', base, { 'test-renamed': 'off' });
    expect(changes).toEqual([
      { rule: 'test-renamed', severity: 'off', from: 'input audit-rules' },
      { rule: 'unwrap-used', severity: 'off', from: 'Cargo.toml' },
    ]);
  });
});

it('docs/audit-rules.md lists every rule as the code has it (UPDATE_DOCS=1 writes it)', async () => {
  const file = new URL('../../docs/audit-rules.md', import.meta.url);
  const [intro = ''] = (await readFile(file, 'utf8')).split('| rule |');
  const rows = (Object.entries(AUDIT_RULES) as [AuditRule, { finds: string; default: string }][]).map(
    ([rule, { finds, default: severity }]) => {
      const lints = (LINTS_OF_RULES[rule] ?? []).map((lint) => `\`${lint.replace('.', '::').replace('rust::', '')}\``);
      return `| \`${rule}\` | ${finds} | ${severity} | ${lints.join(', ')} |`;
    },
  );
  const table = ['| rule | finds | default | lints |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const expected = `${intro}${table}\n`;
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, expected);
  expect(await readFile(file, 'utf8')).toBe(expected);
});
