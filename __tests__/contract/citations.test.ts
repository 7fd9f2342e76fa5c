// Comments send a reader to other pages. Those exist, and have the heading or decision that is named.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { TOOL_NAMES } from '../../src/agent/agent.js';

const sources = ['src', 'scripts'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|js)$/.test(name))
    .map((name) => join(folder, name)),
);
const read = (file: string) => readFileSync(file, 'utf8');

it('a page of ours that a comment names exists, and so does the part of it', () => {
  const cited = sources.flatMap((file) => {
    const text = read(file).replaceAll(/\s*\n\s*(\/\/|\*) ?/g, ' ');
    return [...text.matchAll(/\b(docs\/[\w-]+\.md)(?:, "([^"]+)")?/g)].map(([, page = '', part]) => ({
      file,
      page,
      part,
    }));
  });
  expect(cited.length).toBeGreaterThan(5);
  const isWrong = ({ page, part }: (typeof cited)[number]) => {
    if (!existsSync(page)) return true;
    if (part === undefined) return false;
    return !read(page)
      .split('\n')
      .some((line) => line.startsWith(`## ${part}`) || (line.startsWith('**2') && line.includes(`, ${part}.**`)));
  };
  expect(cited.filter(isWrong)).toEqual([]);
  expect(sources.filter((file) => /\bDESIGN\b|contract, section/.test(read(file)))).toEqual([]);
});

it('docs/contract.md names every tool and every trailer', () => {
  const page = read('docs/contract.md');
  const trailers = read('src/publish/commit-message.ts').match(/Ferrule-[A-Za-z-]+(?=:)/g) ?? [];
  expect(trailers.length).toBeGreaterThan(5);
  for (const name of [...TOOL_NAMES, ...trailers]) expect(page).toContain(`\`${name}\``);
});
