// Which paths no run may change, and which are left out of git.
import { describe, expect, it } from '@jest/globals';
import { ignoredPaths } from '../../src/workshop/ignored-paths.js';
import { describeProtected, protectedPaths } from '../../src/workshop/protected-paths.js';
import { sourceTree } from '../support/source-tree.js';

describe('protected paths', () => {
  const reasonFor = protectedPaths(
    ['docs/', './migrations', '*.lock.md', '', 'deploy/**'],
    ['specs/login.md', 'agents/me.md'],
  );

  it.each([
    '.github/workflows/ci.yml',
    '.GitHub/workflows/ci.yml',
    '.github',
    'CODEOWNERS',
    'docs/CODEOWNERS',
    '.gitmodules',
    'crates/a/.gitattributes',
    '.cargo/config.toml',
    'crates/a/.cargo/config',
    '.CARGO/config.toml',
    'rust-toolchain',
    'rust-toolchain.toml',
    'crates/a/Rust-Toolchain.toml',
    'CLAUDE.md',
    'crates/a/claude.md',
    'AGENTS.md',
    'AGENT\u017F.md',
    '.claude/settings.json',
    'a/.git/config',
  ])('%s belongs to the fixed ones', (file) => expect(reasonFor(file)).toContain('it belongs to'));

  it.each(['docs/a/b.md', 'DOCS/a.md', 'migrations/1.sql', 'a.lock.md', 'deploy/.hidden'])(
    '%s is named by the input',
    (file) => expect(reasonFor(file)).toContain('protected-paths'),
  );

  it.each(['specs/login.md', 'Specs/LOGIN.md', 'agents/me.md'])('%s is a file that the run goes by', (file) =>
    expect(reasonFor(file)).toContain('of this run'),
  );

  it.each(['src/lib.rs', 'Cargo.toml', 'Cargo.lock', 'doc/a.md', 'specs/other.md', 'src/.gitkeep', 'src/claude.rs'])(
    '%s may change',
    (file) => expect(reasonFor(file)).toBeUndefined(),
  );

  it('are the fixed ones alone when the input is empty', () => {
    expect(protectedPaths([], [])('docs/a.md')).toBeUndefined();
    expect(protectedPaths([''], [])('docs/a.md')).toBeUndefined();
  });
});

describe('the list of protected paths', () => {
  it('has a line for each, and none for a file that another line covers', () => {
    const files = ['specs/a.md', 'specs/a.md', 'docs/CLAUDE.md', 'odd\nname.md'];
    const list = describeProtected(['./docs/', ''], files);
    expect(list.slice(-3)).toEqual(['docs', 'specs/a.md', 'odd\\u{a}name.md']);
    const reasonFor = protectedPaths([], []);
    for (const glob of list.slice(0, -3)) expect(reasonFor(glob.replaceAll('**', 'x').replace('*', '.toml'))).toBeDefined();
    for (const name of ['.git', '.gitmodules', '.gitattributes', 'CODEOWNERS', '.claude', '.cargo', '.github'])
      expect(list.join()).toContain(name);
  });

  it('does not grow with a hundred specs', () => {
    const files = Array.from({ length: 103 }, (_, n) => `specs/${n}.md`);
    expect(describeProtected([], files).slice(-2)).toEqual(['specs/99.md', '3 more files of specs and standards']);
  });
});

describe('ignored paths', () => {
  it('follow every .gitignore, the deeper one first, and letter case as git does', async () => {
    const isIgnored = await ignoredPaths(
      sourceTree({ '.gitignore': '/target\n*.log\nBuild/\n', 'crates/a/.gitignore': '!keep.log\ngenerated/\n' }),
    );
    const ignored = ['target/debug/x', 'a.log', 'crates/a/other.log', 'crates/a/generated/x.rs', 'Build/x'];
    const kept = ['crates/a/keep.log', 'crates/b/generated/x.rs', 'src/target/x', 'build/x', '.'];
    expect([...ignored, ...kept].filter(isIgnored)).toEqual(ignored);
  });
});
