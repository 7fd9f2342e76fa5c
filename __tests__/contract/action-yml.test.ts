import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { INPUT_DEFAULTS, readInputs } from '../../src/inputs/inputs.js';

interface Action {
  inputs: Record<string, { description: string; required: boolean; default?: string }>;
  outputs: Record<string, { description: string }>;
  runs: Record<string, string>;
}

/** The contract's tables, in its order and with its defaults. */
const INPUTS = {
  spec: undefined,
  'anthropic-api-key': undefined,
  'anthropic-base-url': 'https://api.anthropic.com',
  model: undefined,
  agent: undefined,
  instructions: undefined,
  'github-token': '${{ github.token }}',
  publish: 'auto',
  branch: 'ferrule/{spec}',
  base: undefined,
  'commit-with': 'git',
  draft: 'until-verified',
  labels: undefined,
  reviewers: undefined,
  'working-directory': '.',
  package: undefined,
  'cargo-args': undefined,
  gates: 'check\ntest\nfmt\nclippy\naudit\nledger',
  'advisory-gates': undefined,
  'audit-rules': undefined,
  dependencies: 'registry',
  'protected-paths': undefined,
  'max-turns': '200',
  'max-tokens': '20000000',
  'max-cost-usd': '10',
  'max-minutes': '60',
  'max-rounds': '3',
  'on-question': 'pause',
  sandbox: 'auto',
  'allowed-bots': undefined,
  resume: 'auto',
  replay: undefined,
  'dry-run': 'false',
};
const OUTPUTS =
  'outcome stop-reason commit tree branch pull-request-number pull-request-url comment-url check-exit-code ' +
  'test-exit-code tests-passed tests-failed tests-ignored tests-new requirements-total requirements-proven questions ' +
  'turns rounds input-tokens output-tokens cache-read-tokens cache-write-tokens cost-usd duration-seconds report-dir ' +
  'results';

const root = process.cwd();
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
const readme = readFileSync(join(root, 'README.md'), 'utf8');

function tableNames(marker: string): string[] {
  const table = readme.split(`<!-- ${marker} -->`)[1]?.split(`<!-- /${marker} -->`)[0] ?? '';
  return [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = '']) => name);
}

describe('action.yml', () => {
  it('has the inputs and defaults of the contract', () => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
    expect(Object.fromEntries(defaults)).toEqual(INPUTS);
    expect(Object.keys(action.inputs)).toEqual(Object.keys(INPUTS));
    expect(Object.keys(action.inputs).filter((name) => action.inputs[name]?.required)).toEqual(['spec']);
  });

  it('has the outputs of the contract', () => {
    expect(Object.keys(action.outputs)).toEqual(OUTPUTS.split(' '));
  });

  it('describes each of them in a sentence', () => {
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(description).toMatch(/^\S.{10,}\.$/s);
    }
  });

  it('starts the bundle on node24, and again when the job ends, however it ends', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/index.js',
      'post-if': 'always()',
    });
  });
});

describe('the inputs that are read', () => {
  it('are those of action.yml', () => {
    const asked = new Set<string>();
    const get = (name: string) => {
      asked.add(name);
      return name === 'spec' ? 'specs/a.md' : name === 'dry-run' ? 'true' : '';
    };
    const inputs = readInputs(get, { kind: 'github', workspace: '/w' });
    const names = Object.keys(inputs).map((key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    expect(names).toEqual(Object.keys(action.inputs));
    expect([...asked].sort()).toEqual(names.sort());
  });

  it('have the defaults of action.yml, but for the token that only a runner has', () => {
    const expected = Object.entries(action.inputs).map(([name, input]) => [
      name,
      name === 'github-token' ? '' : (input.default ?? ''),
    ]);
    expect(INPUT_DEFAULTS).toEqual(Object.fromEntries(expected));
  });
});

describe('the README', () => {
  it('has a row for each input and output', () => {
    expect(tableNames('inputs')).toEqual(Object.keys(action.inputs));
    expect(tableNames('outputs')).toEqual(Object.keys(action.outputs));
  });

  it.each([
    [
      'a table differs from action.yml',
      'README.md',
      (text: string) => text.replace('| `spec` |', '| `specs` |'),
      'tables',
    ],
    [
      'an action is named by a tag',
      'README.md',
      (text: string) => text.replace(/checkout@\w{40}/, 'checkout@v6'),
      'pinned',
    ],
    ['a workflow does not parse', 'examples/workflows/nightly.yml', (text: string) => `${text}\n  x: [`, 'nightly.yml'],
    ['a description changes', 'action.yml', (text: string) => text.replace('Output tokens.', 'Tokens out.'), 'tables'],
  ])('is refused when %s', (_, file, change, expected) => {
    const copy = mkdtempSync(join(tmpdir(), 'ferrule-docs-'));
    try {
      for (const name of [
        'action.yml',
        'README.md',
        'package.json',
        'scripts/docs.mjs',
        '.github',
        'examples/workflows',
      ]) {
        cpSync(join(root, name), join(copy, name), { recursive: true });
      }
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
      const check = () => spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: copy, encoding: 'utf8' });
      expect(check().status).toBe(0);
      writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
      const after = check();
      expect(after.status).toBe(1);
      expect(after.stderr).toContain(expected);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
