// What src exports is imported by somebody, so that a reader who looks for the use of a name finds one.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { unusedExports } from '../support/unused-exports.js';

function sources(): Map<string, string> {
  const names = ['src', '__tests__'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  return new Map(names.filter((name) => name.endsWith('.ts')).map((name) => [name, readFileSync(name, 'utf8')]));
}

it('every export has an importer, and what a door shows has one outside of the room', () => {
  expect(unusedExports(sources())).toEqual([]);
});

describe('an export is reported when', () => {
  const user = (text: string) => ({ 'src/cli.ts': text });
  it.each<[string, Record<string, string>, string]>([
    ['nobody imports it', { 'src/a.ts': 'export const a = 1, b = 2;', ...user(`import { b } from './a.js'`) }, 'a'],
    ['only its own file uses it', { 'src/a.ts': 'export interface A {}\nexport const a: A = {}' }, 'A'],
    ['another name of its file is imported', { 'src/a.ts': 'export type A = 1', ...user(`import './a.js'`) }, 'A'],
    [
      'a namespace is imported that has it, and nobody takes it from there',
      { 'src/a.ts': 'export const a = 1, b = 2', ...user(`import * as all from './a.js'; all.b`) },
      'a',
    ],
    [
      'a door shows it to nobody',
      { 'src/b/b.ts': `export { a } from './a.js'`, 'src/b/a.ts': 'export const a = 1' },
      'a',
    ],
    [
      'a door shows it to its own room',
      {
        'src/b/b.ts': `export { a } from './a.js'`,
        'src/b/a.ts': 'export const a = 1',
        'src/b/c.ts': `import { a } from './b.js'`,
      },
      'a',
    ],
  ])('%s', (_, files, name) => {
    expect(unusedExports(new Map(Object.entries(files))).join('\n')).toMatch(new RegExp(`imports ${name}$`, 'm'));
  });
});

it('an export is used by a test, under another name, through the door, as a type, or by import()', () => {
  const files = {
    'src/b/b.ts': `export { a, c as d } from './a.js'`,
    'src/b/a.ts': 'export const a = 1, c = 2; export type E = 3; export function f() {}',
    'src/cli.ts': `import { a as other } from './b/b.js'; import * as all from './g.js'; all.g(); await import('./h.js')`,
    'src/g.ts': 'export const g = 1',
    'src/h.ts': 'export const h = 1',
    '__tests__/b/a.test.ts': `import { d } from '../../src/b/b.js'; import { type E, f } from '../../src/b/a.js'`,
  };
  expect(unusedExports(new Map(Object.entries(files)))).toEqual([]);
});
