import { describe, expect, it } from '@jest/globals';
import { loadStandards } from '../../src/brief/standards.js';
import { sourceTree, type TreeEntry } from '../support/source-tree.js';

async function load(entries: Readonly<Record<string, TreeEntry>>, workingDirectory = '.') {
  return loadStandards(sourceTree(entries), workingDirectory);
}

async function paths(entries: Readonly<Record<string, TreeEntry>>, workingDirectory = '.') {
  return (await load(entries, workingDirectory)).map(({ path }) => path);
}

describe('project standards', () => {
  it('are the files at the root and on the way to the crate, outermost first', async () => {
    const entries = {
      'CLAUDE.md': 'root',
      'AGENTS.md': 'agents',
      'crates/CLAUDE.md': 'crates',
      'crates/a/AGENTS.md': 'a',
      'crates/b/AGENTS.md': 'another crate',
      'crates/a/src/CLAUDE.md': 'below',
    };
    expect(await paths(entries, './crates/a/')).toEqual([
      'CLAUDE.md',
      'AGENTS.md',
      'crates/CLAUDE.md',
      'crates/a/AGENTS.md',
    ]);
    expect(await paths({ 'src/lib.rs': '' })).toEqual([]);
  });

  it('bring what they import, relative to the importing file, each once', async () => {
    const entries = {
      'CLAUDE.md': 'See @docs/style.md, and\n@AGENTS.md',
      'AGENTS.md': 'Rules. @CLAUDE.md',
      'docs/style.md': '@errors.md\n@./../CLAUDE.md',
      'docs/errors.md': 'Use thiserror.',
    };
    expect(await paths(entries)).toEqual(['CLAUDE.md', 'docs/style.md', 'docs/errors.md', 'AGENTS.md']);
  });

  it('do not import from code, mentions or addresses', async () => {
    const [standard, ...others] = await load({
      'CLAUDE.md': 'Ask @anna or mail a@b.md. `@x.md`\n\n```\n@x.md\n```\n',
      'x.md': 'x',
      'b.md': 'b',
    });
    expect(others).toEqual([]);
    expect(standard?.text).not.toContain('Left out');
  });

  it('never leave the repository', async () => {
    const [standard, ...others] = await load({
      'CLAUDE.md': '@../secret.md\n@/etc/passwd\n@~/.claude/own.md\n@missing.md\n@link.md\n',
      'link.md': { content: '/etc/passwd', mode: '120000' },
    });
    expect(others).toEqual([]);
    expect(standard?.text.split('\n').filter((line) => line.startsWith('['))).toEqual([
      "[Left out: import '@../secret.md': it points outside the repository]",
      "[Left out: import '@/etc/passwd': it points outside the repository]",
      "[Left out: import '@~/.claude/own.md': it points outside the repository]",
      "[Left out: import '@missing.md': the commit has no such file]",
      "[Left out: import '@link.md': 'link.md' is not a regular text file]",
    ]);
  });

  it('follow imports five levels deep and say where they stop', async () => {
    const chain = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`n${n}.md`, `@n${n + 1}.md`]));
    const standards = await load({ ...chain, 'AGENTS.md': '@n1.md' });
    expect(standards.map(({ path }) => path)).toEqual(['AGENTS.md', 'n1.md', 'n2.md', 'n3.md', 'n4.md', 'n5.md']);
    expect(standards.at(-1)?.text).toContain("[Left out: import '@n6.md': nested more than 5 deep]");
  });

  it('are bounded in size and say what was left out', async () => {
    const big = 'x'.repeat(50_000);
    const standards = await load({
      'CLAUDE.md': '@1.md @2.md @3.md @4.md',
      '1.md': big,
      '2.md': big,
      '3.md': big,
      '4.md': big,
    });
    expect(standards.map(({ path }) => path)).toEqual(['CLAUDE.md', '1.md', '2.md', '3.md']);
    expect(standards[1]?.text).toContain('[Left out: the last 10000 characters; read_file shows them]');
    expect(standards[0]?.text).toContain("'4.md' was left out: the limit for standards is reached");
  });

  it('are read without hidden text, which is told of', async () => {
    expect(await load({ 'AGENTS.md': 'Be\u200B brief.<!-- or not -->' })).toEqual([
      {
        path: 'AGENTS.md',
        text: 'Be brief.',
        hidden: ['1 invisible character (first on line 1)', '1 HTML comment (first on line 1)'],
      },
    ]);
  });
});
