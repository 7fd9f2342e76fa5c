import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { breaches } from '../support/house-rules.js';

const SRC = join(process.cwd(), 'src');
const HEAD = '// Says what it owns.\n';

function read(): Map<string, string> {
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts'));
  return new Map(files.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(SRC, name), 'utf8')]));
}

/** The breaches of a small house made of these files. */
function house(files: Record<string, string>): string[] {
  return breaches(new Map(Object.entries(files).map(([path, text]) => [path, HEAD + text])));
}

describe('the house', () => {
  it('keeps its rules', () => {
    expect(breaches(read())).toEqual([]);
  });

  it('is read whole', () => {
    expect(read().size).toBeGreaterThan(20);
  });

  it('is shown in docs/architecture.md: each entry, each chapter of a run, each room', () => {
    const page = readFileSync(join(process.cwd(), 'docs/architecture.md'), 'utf8');
    const names = readdirSync(SRC, { withFileTypes: true });
    const rooms = names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const entries = names.filter((entry) => entry.isFile()).map(({ name }) => name);
    const leaves = ['did-you-mean.ts', 'front-matter.ts']; // what is pure and shared needs no map
    const shown = [...entries, ...readdirSync(join(SRC, 'run')), ...rooms.map((room) => `${room}/`)];
    expect(shown.filter((name) => !leaves.includes(name) && !page.includes(name))).toEqual([]);
  });
});

describe('a house is reported when', () => {
  const DOORS = { 'workshop/workshop.ts': 'export {}', 'workshop/cargo.ts': 'export {}', 'errors.ts': 'export {}' };

  it.each([
    [
      'a room looks up',
      { ...DOORS, 'report/report.ts': `import type { A } from '../workshop/workshop.js'` },
      'report may not look up to workshop',
    ],
    [
      'a leaf looks up',
      { 'platform/git.ts': '', 'errors.ts': `import './platform/git.js'` },
      'leaves may not look up to platform',
    ],
    [
      'a room is entered by the window',
      { ...DOORS, 'verify/verify.ts': `export { a } from '../workshop/cargo.js'` },
      'the door is workshop.ts',
    ],
    ['an import has no file', { 'verify/verify.ts': `import '../workshop/workshop.js'` }, 'no such source file'],
    ['an import lacks its ending', { ...DOORS, 'verify/verify.ts': `import '../errors'` }, 'imports end in .js'],
    [
      'two files of a room need each other',
      { 'brief/a.ts': `import './b.js'`, 'brief/b.ts': `import type {} from './a.js'` },
      'cycle: brief/a.ts > brief/b.ts > brief/a.ts',
    ],
    [
      'a room starts processes',
      { 'brief/spec.ts': `import { spawn } from 'node:child_process'` },
      'only platform touches',
    ],
    [
      'a room opens sockets by import()',
      { 'brief/spec.ts': `const net = await import('net')` },
      'only platform touches',
    ],
    [
      'a room uses the runner’s packages',
      { 'brief/spec.ts': `import { info } from '@actions/core'` },
      'index.ts use it',
    ],
    ['a room uses values of the SDK', { 'agent/agent.ts': `import A from '@anthropic-ai/sdk'` }, 'only its types'],
    ['a file is named vaguely', { 'brief/spec-utils.ts': '' }, 'does not say what is inside'],
    ['a room has an index.ts', { 'brief/index.ts': '' }, 'rooms have a door'],
    ['a folder is no room', { 'shared/text.ts': '' }, 'no such room'],
    ['a module keeps state', { 'brief/spec.ts': 'let count = 0' }, 'a variable of the module'],
    ['a file is too long', { 'brief/spec.ts': 'export const a = 1;\n'.repeat(301) }, '301 lines of code'],
    ['most files are long', { 'brief/spec.ts': 'export const a = 1;\n'.repeat(131) }, 'the median file'],
    ['there are too many leaves', { 'a.ts': '', 'b.ts': '', 'c.ts': '', 'd.ts': '', 'e.ts': '' }, 'a room is missing'],
  ])('%s', (_, files: Record<string, string>, expected) => {
    expect(house(files)).toContainEqual(expect.stringContaining(expected));
  });

  it('a file does not say what it owns', () => {
    expect(breaches(new Map([['errors.ts', 'export {}']]))).toHaveLength(1);
  });
});

it('a house that keeps the rules has no breach', () => {
  const files = {
    'index.ts': `import { run } from './cli.js'; import '@actions/core'`,
    'cli.ts': `import type { V } from './verify/verify.js'`,
    'verify/verify.ts': `import { cargo } from '../workshop/workshop.js'; import { E } from '../errors.js'`,
    'workshop/workshop.ts': `export { cargo } from './cargo.js'`,
    'workshop/cargo.ts': `import type { Run } from '../platform/command.js'; import 'node:path'`,
    'agent/agent.ts': `import type Anthropic from '@anthropic-ai/sdk'; function a() { let b = 1; return b; }`,
    'platform/command.ts': `import 'node:child_process'; import '@anthropic-ai/sdk'; export const utility = 1`,
    'errors.ts': '// '.repeat(1000) + '\n\n'.repeat(400),
  };
  expect(house(files)).toEqual([]);
});
