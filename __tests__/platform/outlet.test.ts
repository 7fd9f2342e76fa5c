import { describe, expect, it } from '@jest/globals';
import { Outlet } from '../../src/platform/outlet.js';

const KEY = { name: 'input anthropic-api-key', value: 'sk-ant-api03-Zq7Rw2LmX9bVt4KcPe81HdYsJ0fNuGaTi5oQkW3r' };
const BASE64 = Buffer.from(KEY.value).toString('base64');

function opened() {
  const raised: string[] = [];
  const outlet = new Outlet((sentence) => raised.push(sentence));
  outlet.keep(KEY);
  return { outlet, raised };
}

describe('what is kept', () => {
  it('goes on without the secret, and the alarm names secret, form and channel once', () => {
    const { outlet, raised } = opened();
    const mask = outlet.masking('the log');
    expect(mask(`a ${BASE64} b`)).toMatch(/^a \*\*\*\w?=* b$/);
    expect([mask(KEY.value), mask('c')]).toEqual(['***', 'c']);
    expect(raised).toEqual([
      'A secret (input anthropic-api-key, in base64) was about to be written to the log and was taken out. Find out how it got there, and rotate it.',
    ]);
    outlet.masking('the files of the report')(KEY.value);
    expect(raised).toHaveLength(2);
    expect(outlet.alarms).toEqual(raised);
    expect(raised.join()).not.toContain(KEY.value.slice(20, 32));
  });

  it('is masked from the moment on at which the secret is known', () => {
    const { outlet } = opened();
    const mask = outlet.masking('the job summary');
    expect(mask('later-secret-4711')).toBe('later-secret-4711');
    outlet.keep({ name: 'late', value: 'later-secret-4711' });
    expect(mask('later-secret-4711')).toBe('***');
  });
});

describe('what is published', () => {
  it('is stopped by a secret in any form, and the alarm says that nothing was sent', () => {
    const { outlet, raised } = opened();
    expect(outlet.refusal('the comment', 'all is well')).toBeUndefined();
    const refused = outlet.refusal('the pull request', `see ${BASE64}`);
    expect(refused).toBe(
      'A secret (input anthropic-api-key, in base64) was about to be published in the pull request; nothing was sent. Find out how it got there, and rotate it.',
    );
    expect(raised).toEqual([refused]);
  });

  it('is stopped after any alarm, also where nothing can be seen', () => {
    const { outlet, raised } = opened();
    outlet.masking('the files of the report')(KEY.value);
    expect(outlet.refusal('the commits', 'harmless')).toBe(`Nothing was published: ${raised[0] ?? ''}`);
    expect(raised).toHaveLength(1);
  });
});

describe('the canary', () => {
  it('looks like a key, is another one each time, and its sight means that a wall is broken', () => {
    const { outlet, raised } = opened();
    const canary = outlet.plantCanary();
    expect(canary).toMatch(/^sk-ant-api03-[\w-]{92}-AA$/);
    expect(opened().outlet.plantCanary()).not.toBe(canary);
    expect(outlet.masking('the log')(`x=${canary}`)).toBe('x=***');
    expect(raised[0]).toContain('a wall is broken');
    const fresh = opened();
    expect(fresh.outlet.refusal('the commits', fresh.outlet.plantCanary())).toContain('a wall is broken');
  });
});
