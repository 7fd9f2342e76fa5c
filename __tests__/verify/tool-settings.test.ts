// Changes to what clippy and rustfmt are judged by, as texts: what is more lenient than the base, and what is not.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { auditChange } from '../../src/verify/audit.js';
import { auditToolSettings } from '../../src/verify/tool-settings.js';
import type { RustSyntax } from '../../src/workshop/workshop.js';
import { openRustSyntax } from '../../src/workshop/workshop.js';

type Files = Record<string, string>;
const PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\n';
const changeOf = (base: Files, head: Files) => ({
  base: new Map(Object.entries(base)),
  head: new Map(Object.entries(head)),
  changed: new Set([...Object.keys(base), ...Object.keys(head)].filter((path) => base[path] !== head[path])),
  added: new Map<string, number[]>(),
});
const found = (base: Files, head: Files) =>
  auditToolSettings(changeOf(base, head)).map(({ rule, path, text }) => `${rule} ${path} ${text}`);
const lints = (text: string) => ({ 'Cargo.toml': `${PACKAGE}${text}` });
const workspace = (ofWorkspace: string, ofMember?: string): Files => ({
  'Cargo.toml': `[workspace]\nmembers = ["*"]\n${ofWorkspace}`,
  ...(ofMember === undefined ? {} : { 'a/Cargo.toml': `${PACKAGE}${ofMember}` }),
});
const INHERITS = '[lints]\nworkspace = true\n';

describe('a lint level', () => {
  it.each<[string, Files, Files, string]>([
    ['a group is allowed', lints(''), lints('[lints.clippy]\nall = "allow"\n'), 'clippy::all is at "allow"'],
    ['all warnings are', lints(''), lints('[lints.rust]\nwarnings = "allow"\n'), 'rust::warnings is at "allow"'],
    [
      'with a priority',
      lints(''),
      lints('[lints.clippy]\nall = { level = "allow", priority = -1 }\n'),
      'clippy::all is',
    ],
    ['rustdoc', lints(''), lints('[lints.rustdoc]\nall = "allow"\n'), 'rustdoc::all is at "allow"'],
    [
      'deny to warn',
      lints('[lints.rust]\nx = "deny"\n'),
      lints('[lints.rust]\nx = "warn"\n'),
      'the base had it at "deny"',
    ],
    [
      'forbid to deny',
      lints('[lints.rust]\nx = "forbid"\n'),
      lints('[lints.rust]\nx = "deny"\n'),
      'rust::x is at "deny"',
    ],
    ['it is taken out', lints('[lints.rust]\nx = "warn"\n'), lints(''), 'rust::x is not set now'],
    [
      'of a workspace',
      workspace('', INHERITS),
      workspace('[workspace.lints.clippy]\nall = "allow"\n', INHERITS),
      'Cargo.toml lint clippy::all',
    ],
    [
      'a member inherits no more',
      workspace('[workspace.lints.clippy]\nall = "deny"\n', INHERITS),
      workspace('[workspace.lints.clippy]\nall = "deny"\n', ''),
      'a/Cargo.toml lint clippy::all is not set',
    ],
    [
      'a new member has less than its workspace',
      workspace('[workspace.lints.clippy]\nall = "deny"\n'),
      workspace('[workspace.lints.clippy]\nall = "deny"\n', '[lints.clippy]\nall = "warn"\n'),
      'a/Cargo.toml lint clippy::all is at "warn"',
    ],
  ])('that is more lenient is found: %s', (_, base, head, words) => {
    expect(found(base, head)).toEqual([expect.stringMatching(/^lint-silenced /)]);
    expect(found(base, head)[0]).toContain(words);
  });

  it.each<[string, Files, Files]>([
    ['stricter', lints('[lints.rust]\nx = "warn"\n'), lints('[lints.rust]\nx = "deny"\n')],
    ['new and not allowed', lints(''), lints('[lints.clippy]\npedantic = "warn"\n')],
    ['no longer allowed', lints('[lints.rust]\nx = "allow"\n'), lints('')],
    [
      'spelled otherwise',
      lints('[lints.rust]\nmissing-docs = "deny"\n'),
      lints('[lints.rust]\nmissing_docs = "deny"\n'),
    ],
    [
      'inherited as the base has it',
      workspace('[workspace.lints.clippy]\nall = "allow"\n', ''),
      workspace('[workspace.lints.clippy]\nall = "allow"\n', INHERITS),
    ],
    [
      'inherited by a new member',
      workspace('[workspace.lints.clippy]\nall = "allow"\n'),
      workspace('[workspace.lints.clippy]\nall = "allow"\n', INHERITS),
    ],
    [
      'moved to the workspace',
      workspace('', '[lints.clippy]\nall = "deny"\n'),
      workspace('[workspace.lints.clippy]\nall = "deny"\n', INHERITS),
    ],
  ])('is none that is %s', (_, base, head) => {
    expect(found(base, head)).toEqual([]);
  });
});

describe("a tool's configuration", () => {
  let syntax: RustSyntax;
  beforeAll(async () => {
    syntax = await openRustSyntax();
  });
  const audited = (path: string, texts: [string?, string?], deviation = '') => {
    const side = (text: string | undefined): Files => (text === undefined ? {} : { [path]: text });
    const deviations = deviation === '' ? [] : [{ requirement: 'R1', text: deviation }];
    return auditChange(syntax, changeOf(side(texts[0]), side(texts[1])), [], deviations, () => ({}));
  };

  it.each(['clippy.toml', '.clippy.toml', 'rustfmt.toml', 'crates/a/.rustfmt.toml'])("%s is the people's", (path) => {
    for (const texts of [
      [undefined, 'x'],
      ['x', 'y'],
      ['x', undefined],
    ] as [string?, string?][])
      expect(audited(path, texts)).toMatchObject([{ rule: 'tool-configured', path, blocking: true }]);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const lifted = audited(path, [undefined, 'x'], `R1 asks for a ${name} with longer lines`);
    expect(lifted).toMatchObject([{ blocking: false, liftedBy: { requirement: 'R1' } }]);
  });

  it('is no other file of a like name', () => {
    for (const path of ['src/rustfmt.rs', 'notclippy.toml', 'rustfmt.toml.md', 'deny.toml'])
      expect(audited(path, ['x', 'y'])).toEqual([]);
  });
});
