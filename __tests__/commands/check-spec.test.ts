// `ferrule check-spec` in a working copy, with everything real but the terminal.
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { CHECK_SPEC } from '../../src/commands/check-spec.js';
import { UserError } from '../../src/errors.js';
import { tempRepo, type Files } from '../support/temp-repo.js';

async function check(folder: string, words: readonly string[]): Promise<{ status: number; printed: string }> {
  const lines: string[] = [];
  const never = () => Promise.reject(new Error('check-spec runs nothing'));
  const world = { root: '/none', folder, environment: process.env, print: (text: string) => void lines.push(text) };
  const status = await CHECK_SPEC.start(words, { ...world, run: never, plan: never });
  return { status, printed: lines.join('\n') };
}

const FILES: Files = {
  'specs/good.md': '# Good\n\n- R1: `get` must return the value.\n',
  'specs/bad.md': '# Bad\n\n- R1: It must be fast.\n- R1: See [there](none.md).\n',
};

describe('check-spec', () => {
  it('says what counts as a requirement, and one line for each finding, and ends with 0', async () => {
    await using repo = await tempRepo(FILES);
    const { status, printed } = await check(repo.dir, ['specs/bad.md', 'specs/good.md']);
    expect(status).toBe(0);
    expect(printed.split('\n')).toEqual([
      "specs/bad.md: 'Bad', 2 requirements (2 by an id of the author); 3 remarks, none of which decides.",
      expect.stringMatching(/^ {2}specs\/bad\.md:3: 'fast': .* \[vague-word\]$/),
      expect.stringMatching(/^ {2}specs\/bad\.md:4: The id 'R1' .* \[duplicate-id\]$/),
      expect.stringMatching(/^ {2}specs\/bad\.md:4: The link 'none\.md' .* \[dangling-link\]$/),
      "specs/good.md: 'Good', 1 requirement (1 by an id of the author); no remarks.",
    ]);
  });

  it('reads what lies in the working copy, from any folder of it, and understands globs', async () => {
    await using repo = await tempRepo(FILES);
    await writeFile(path.join(repo.dir, 'specs', 'new.md'), '# New\n\nIt must hold.\n');
    await writeFile(path.join(repo.dir, 'specs', 'good.md'), '# Changed\n\nIt must hold.\n');
    const { printed } = await check(path.join(repo.dir, 'specs'), ['*.md', '../none/*.md']);
    expect(printed).toMatch(/specs\/bad\.md: 'Bad'[^]*specs\/good\.md: 'Changed'[^]*specs\/new\.md: 'New'/);
    expect(printed).toMatch(/none\/\*\.md: matches no Markdown file\.$/);
  });

  it('prints a list for programs with --json', async () => {
    await using repo = await tempRepo(FILES);
    const { status, printed } = await check(repo.dir, ['--json', 'specs/bad.md']);
    expect(status).toBe(0);
    expect(JSON.parse(printed)).toMatchObject([
      {
        spec: 'specs/bad.md',
        title: 'Bad',
        requirements: [{ id: 'R1', line: 3, recognisedBy: 'id' }, { id: 'R1-2' }],
        findings: [
          { rule: 'vague-word', line: 3, requirement: 'R1' },
          { rule: 'duplicate-id' },
          { rule: 'dangling-link' },
        ],
      },
    ]);
  });

  it('refuses a spec that is not there, words it does not know, and a folder without git', async () => {
    await using repo = await tempRepo(FILES);
    await expect(check(repo.dir, ['specs/none.md'])).rejects.toThrow(/'specs\/none\.md' does not exist/);
    await expect(check(repo.dir, [])).rejects.toThrow(/check-spec needs a spec/);
    await expect(check(repo.dir, ['--fast', 'specs/bad.md'])).rejects.toThrow(UserError);
    await expect(check('/', ['specs/bad.md'])).rejects.toThrow(/not a git repository.* Start in a git repository\.$/);
  });
});
