// A long run keeps no more in memory than a short one. The figures of a longer one: node bench/soak.mjs
import { expect, it } from '@jest/globals';
import { quarters, soak } from '../support/soak.js';

/** `300/40/128` each night. */
const [turns = 0, increments = 0, heapMib = 0] = (process.env.FERRULE_SOAK ?? '120/10/96').split('/').map(Number);

it(`of ${turns} turns and ${increments} increments stays within a heap of ${heapMib} MiB, and its memory does not grow with its turns`, async () => {
  const { record, anonymousKib, prunings } = await soak({ turns, increments, heapMib });
  expect(record.usage.turns).toBe(turns);
  expect(record.increments).toHaveLength(increments);
  expect(prunings).toBeGreaterThan(0); // long enough to fill the model's window
  const [, second, , last] = quarters(anonymousKib);
  expect((last?.median ?? NaN) / (second?.median ?? NaN)).toBeLessThan(1.3);
}, 1_200_000);
