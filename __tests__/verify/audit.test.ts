import { beforeAll, describe, expect, it } from '@jest/globals';
import { auditChange } from '../../src/verify/audit.js';
import type { AuditSeverities } from '../../src/verify/audit-rules.js';
import type { RustSyntax, WorkspaceMember } from '../../src/workshop/workshop.js';
import { openRustSyntax } from '../../src/workshop/workshop.js';

let syntax: RustSyntax;
beforeAll(async () => {
  syntax = await openRustSyntax();
});

const SOURCE = '//! Text.\n\n/// The number.\npub fn number(text: &str) -> u32 {\n    text.parse().unwrap()\n}\n';
const MANIFEST = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n';
const MEMBER: WorkspaceMember = {
  name: 'tiny',
  version: '0.1.0',
  manifestPath: 'Cargo.toml',
  targets: [{ name: 'tiny', kind: ['lib'], srcPath: 'src/lib.rs' }],
  dependencies: [],
  features: [],
};

const audit = (
  files: Record<string, string>,
  members: WorkspaceMember[],
  base: Record<string, string> = {},
  severities: AuditSeverities = {},
) => {
  const head = new Map(Object.entries(files));
  const added = new Map(Object.entries(files).map(([path, text]) => [path, text.split('\n').map((_, i) => i + 1)]));
  const change = { base: new Map(Object.entries(base)), head, changed: new Set(head.keys()), added };
  return auditChange(syntax, change, members, [], () => severities).map(({ path, line, blocking }) => ({
    path,
    line,
    blocking,
  }));
};

describe('the audit of a change', () => {
  it.each([
    ['as cargo names its targets', [MEMBER]],
    ['by its layout, where cargo cannot read the manifests', []],
  ])('finds a way to panic in a library %s', (_, members) => {
    expect(audit({ 'src/lib.rs': SOURCE, 'Cargo.toml': MANIFEST }, members)).toEqual([
      { path: 'src/lib.rs', line: 5, blocking: true },
    ]);
  });

  it('blocks a manifest setting that takes tests out of the run, however it was written', () => {
    const weakened = `${MANIFEST}autotests = false\n`;
    const base = { 'Cargo.toml': MANIFEST };
    const judged = (severities: AuditSeverities) => audit({ 'Cargo.toml': weakened }, [MEMBER], base, severities);
    expect(judged({})).toMatchObject([{ path: 'Cargo.toml', blocking: true }]);
    expect(judged({ 'manifest-setting': 'warn' })).toMatchObject([{ path: 'Cargo.toml', blocking: false }]);
  });
});
