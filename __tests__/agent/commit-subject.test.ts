import { describe, expect, it } from '@jest/globals';
import { objectionToSubject } from '../../src/agent/commit-subject.js';

describe('a commit subject', () => {
  it.each([
    'Add clock, lifetime and capacity settings, and their counters',
    'store: evict the least recently used entry at capacity',
    'Fix overflow in the deadline of very long lifetimes',
    'Bring the error texts in line with the spec',
    'Update README for expiry',
    'Refactor the store into modules by concern',
  ])('is taken when it states a change: %s', (subject) => {
    expect(objectionToSubject(subject)).toBeUndefined();
  });

  it.each([
    ['Amazing improvements 🚀', 'emoji'],
    ['Amazing new store', 'praises the work'],
    ['Add a blazingly fast index', 'praises the work'],
    ['various fixes', 'does not say what was changed'],
    ['fix: minor improvements', 'does not say what was changed'],
    ['WIP', 'does not say what was changed'],
    ['Update code', 'does not say what was changed'],
    ['Added the store', "'added' is not an imperative"],
    ['store: implementing expiry', "'implementing' is not an imperative"],
    ['Add the store!', 'exclamation mark'],
    ['', 'is empty'],
    [`Add ${'x'.repeat(72)}`, 'at most 72 fit'],
  ])('is refused with what to do: %s', (subject, reason) => {
    expect(objectionToSubject(subject)).toContain(reason);
  });
});
