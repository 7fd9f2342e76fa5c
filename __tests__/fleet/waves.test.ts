import { describe, expect, it } from '@jest/globals';
import type { FleetSpec, PlanTerms, Standing } from '../../src/fleet/fleet.js';
import { planOutputs, planWaves } from '../../src/fleet/fleet.js';

const TERMS: PlanTerms = { base: 'main', maxSpecs: undefined, maxCostUsd: 10, maxTotalCostUsd: undefined };

function spec(path: string, dependsOn: string[] = [], standing: Partial<Standing> = {}, isSelected = true): FleetSpec {
  const pending: Standing = { kind: 'pending', branch: `ferrule/${path}` };
  return { path, hash: 'ab'.repeat(32), dependsOn, isSelected, standing: { ...pending, ...standing } as Standing };
}
const verified = (path: string, base = 'main', dependsOn: string[] = []) =>
  spec(path, dependsOn, { kind: 'verified', branch: `ferrule/${path}`, base, pullRequest: 7 });
const plan = (specs: FleetSpec[], terms: Partial<PlanTerms> = {}) => planWaves(specs, { ...TERMS, ...terms });
const shape = (specs: FleetSpec[], terms: Partial<PlanTerms> = {}) =>
  plan(specs, terms).waves.map((wave) => wave.map(({ spec: path, base }) => `${path} on ${base}`));

describe('waves', () => {
  it('put a spec after its prerequisite, on its branch', () => {
    expect(shape([spec('a'), spec('b', ['a']), spec('c', ['b']), spec('d')])).toEqual([
      ['a on main', 'd on main'],
      ['b on ferrule/a'],
      ['c on ferrule/b'],
    ]);
  });

  it('start at once where prerequisites are proven or implemented', () => {
    const done = [spec('a', [], { kind: 'proven', by: 'commit 1' }), spec('b', [], { kind: 'implemented' })];
    expect(shape([...done, spec('c', ['a', 'b'])])).toEqual([['c on main']]);
  });

  it('start at once on a pull request that waits to be merged', () => {
    expect(shape([verified('a'), spec('b', ['a'])])).toEqual([['b on ferrule/a']]);
  });

  it('stack on the prerequisite whose branch holds the others', () => {
    expect(shape([spec('a'), spec('b', ['a']), spec('c', ['a', 'b'])])).toEqual([
      ['a on main'],
      ['b on ferrule/a'],
      ['c on ferrule/b'],
    ]);
    const stack = [verified('a'), verified('b', 'ferrule/a', ['a'])];
    expect(shape([...stack, spec('c', ['a', 'b'])])).toEqual([['c on ferrule/b']]);
  });

  it('leave out what does not fit on the branch that an earlier run left, and what stands on it', () => {
    const unfinished = spec('a', [], { kind: 'pending', unfinished: { pullRequest: 7 } });
    for (const root of [verified('a'), unfinished]) {
      const specs = [root, spec('b', ['a']), spec('c', ['b']), spec('d', ['a'])];
      const { waves, waiting } = planWaves(specs, TERMS, new Map([['a', new Set(['c'])]]));
      expect(waves.flat().map(({ spec: path }) => path)).toEqual(root === unfinished ? ['a', 'b', 'd'] : ['b', 'd']);
      const reason = 'It depends on b, and ferrule/a has not all that it needs, or another text of it';
      expect(waiting).toEqual([{ spec: 'c', reason }]);
    }
  });

  it('leave out a spec of which two prerequisites stand on branches of their own', () => {
    const { waves, waiting } = plan([spec('a'), spec('b'), spec('c', ['a', 'b'])]);
    expect(waves.flat().map(({ spec: path }) => path)).toEqual(['a', 'b']);
    expect(waiting).toEqual([
      {
        spec: 'c',
        reason: 'It depends on a and b, verified on branches of their own: all but one have to be merged first',
      },
    ]);
  });

  it('leave out what needs a spec that is not planned', () => {
    const { waves, waiting } = plan([spec('a', [], {}, false), spec('b', ['a']), spec('c', ['b'])]);
    expect(waves).toEqual([]);
    expect(waiting).toEqual([
      { spec: 'b', reason: 'It depends on a, not verified yet' },
      { spec: 'c', reason: 'It depends on b, not verified yet' },
    ]);
  });

  it('do not stand on a pull request that goes elsewhere', () => {
    expect(plan([verified('a', 'release-1'), spec('b', ['a'])])).toMatchObject({ waves: [], waiting: [{ spec: 'b' }] });
  });

  it('leave drafts, proven and refused specs alone, each with its reason', () => {
    const { unchanged, refused, waves } = plan([
      spec('a', [], { kind: 'draft' }),
      spec('b', [], { kind: 'proven', by: 'pull request #4' }),
      spec('c', [], { kind: 'refused', reason: 'It is empty.' }),
      verified('d'),
    ]);
    expect(waves).toEqual([]);
    expect(refused).toEqual([{ spec: 'c', reason: 'It is empty.' }]);
    expect(unchanged.map(({ reason }) => reason)).toEqual([
      "Its front matter says 'status: draft'",
      'The spec is unchanged since pull request #4 verified it',
      'Pull request #7 holds a verified implementation and waits to be merged',
    ]);
  });
});

describe('the size of a plan', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => spec(`s${i}`));

  it('is 256 jobs a wave and six waves, the rest left over', () => {
    const { waves, leftOver } = plan(many(256 * 6 + 2));
    expect(waves.map(({ length }) => length)).toEqual([256, 256, 256, 256, 256, 256]);
    expect(leftOver).toEqual([
      { spec: 's1536', reason: 'a run has 6 waves of at most 256 jobs' },
      { spec: 's1537', reason: 'a run has 6 waves of at most 256 jobs' },
    ]);
  });

  it('keeps what a job may output as well: long paths fill a wave sooner', () => {
    const deep = Array.from({ length: 256 }, (_, i) => spec(`${'d/'.repeat(400)}${i}.md`));
    const outputs = planOutputs(plan(deep));
    const sizes = [1, 2, 3, 4, 5, 6].map((n) => outputs[`wave-${n}`]?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThan(70_100);
    expect(2 * (6 * Math.max(...sizes) + 3 * 30_100)).toBeLessThan(1024 * 1024);
  });

  it('keeps the lists of what is not run within that too, and counts the rest', () => {
    const needy = Array.from({ length: 2_000 }, (_, i) => spec(`specs/${i}.md`, ['a']));
    const { waiting = '', refused } = planOutputs(plan([spec('a', [], {}, false), ...needy]));
    expect(waiting.length).toBeLessThan(30_100);
    const entries = JSON.parse(waiting) as { spec: string; reason: string }[];
    expect(entries.at(-1)).toEqual({ spec: '…', reason: `and ${2_001 - entries.length} more` });
    expect(refused).toBe('[]');
  });

  it('leaves over what a spec that is left over would have been needed for', () => {
    const chain = Array.from({ length: 8 }, (_, i) => spec(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));
    const { waves, leftOver } = plan(chain);
    expect(waves).toHaveLength(6);
    expect(leftOver).toEqual([
      { spec: 's6', reason: 'a run has 6 waves of at most 256 jobs' },
      { spec: 's7', reason: 's6, which it depends on, is left over' },
    ]);
  });

  it('is at most max-specs, prerequisites first', () => {
    const { waves, leftOver } = plan([spec('a'), spec('b', ['a']), spec('c')], { maxSpecs: 2 });
    expect(waves.flat().map(({ spec: path }) => path)).toEqual(['a', 'c']);
    expect(leftOver).toEqual([{ spec: 'b', reason: 'max-specs is 2' }]);
  });

  it.each([
    [{ maxTotalCostUsd: 25 }, 2, '10', '20'],
    [{ maxTotalCostUsd: 30, maxSpecs: 1 }, 1, '10', '10'],
    [{ maxTotalCostUsd: 4 }, 1, '4', '4'],
    [{ maxTotalCostUsd: 0.3, maxCostUsd: 0.1 }, 3, '0.1', '0.3'],
    [{}, 5, '10', '50'],
  ])('never costs more than the total: %j', (terms, count, each, total) => {
    const outputs = planOutputs(plan(many(5), terms));
    expect(outputs).toMatchObject({ count: String(count), 'max-cost-usd': each, 'total-cost-usd': total });
  });

  it('names each entry in its own way', () => {
    const ids = plan([spec('a/b.md'), spec('a-b.md'), spec(`${'long'.repeat(60)}.md`)]).waves.flat();
    expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
    for (const { id } of ids) expect(id).toMatch(/^[a-z0-9-]{1,70}$/);
  });
});

it('empty waves are empty outputs, which a workflow can skip', () => {
  const outputs = planOutputs(plan([spec('a')]));
  expect(JSON.parse(outputs['wave-1'] ?? '')).toEqual({
    include: [{ spec: 'a', base: 'main', id: expect.stringMatching(/^a-/) }],
  });
  expect(outputs['wave-2']).toBe('');
});
