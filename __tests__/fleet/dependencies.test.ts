import { describe, expect, it } from '@jest/globals';
import { orderSpecs } from '../../src/fleet/fleet.js';

const order = (specs: Record<string, string[]>) =>
  orderSpecs(new Map(Object.entries(specs).map(([path, dependsOn]) => [path, { dependsOn }])));

describe('the order of specs', () => {
  it('has prerequisites first, and else stays as it was', () => {
    const { order: found, cycles } = order({ z: [], c: ['b'], b: ['a'], a: [], d: ['a', 'z'] });
    expect(found).toEqual(['z', 'a', 'b', 'c', 'd']);
    expect(cycles.size).toBe(0);
  });

  it('passes over what is not there', () => {
    expect(order({ a: ['nowhere'] })).toEqual({ order: ['a'], cycles: new Map() });
  });

  it('names the way round of each cycle, and only its specs', () => {
    const { cycles } = order({ start: ['a'], a: ['b'], b: ['c'], c: ['a'], self: ['self'], free: [] });
    expect([...cycles]).toEqual([
      ['a', 'a → b → c → a'],
      ['b', 'a → b → c → a'],
      ['c', 'a → b → c → a'],
      ['self', 'self → self'],
    ]);
  });

  it('holds for a chain longer than any stack of calls', () => {
    const chain = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]));
    const reversed = Object.fromEntries(Object.entries(chain).reverse());
    expect(order(reversed).order.slice(0, 3)).toEqual(['s0', 's1', 's2']);
  });
});
