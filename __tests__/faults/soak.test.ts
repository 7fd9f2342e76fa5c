// A long run keeps no more in memory than a short one. The figures of a longer one: node bench/soak.mjs
import { expect, it } from '@jest/globals';
import { quarters, soak } from '../support/soak.js';

it('of 120 turns and 10 increments stays within a heap of 96 MiB, and its memory does not grow with its turns', async () => {
  const { record, anonymousKib, prunings } = await soak({ turns: 120, increments: 10, heapMib: 96 });
  expect(record.usage.turns).toBe(120);
  expect(record.increments).toHaveLength(10);
  expect(prunings).toBeGreaterThan(0); // long enough to fill the model's window
  const [, second, , last] = quarters(anonymousKib);
  expect((last?.median ?? NaN) / (second?.median ?? NaN)).toBeLessThan(1.3);
}, 300_000);
