import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSecretScan } from '../../src/platform/secret-scan.js';
import { hostileText } from '../support/hostile-text.js';
import { randomSecret, SECRET_FORMS } from '../support/secret-forms.js';

const KEY =
  'sk-ant-api03-Zq7Rw2LmX9_bVt4-KcPe81HdYsJ0fNuGaTi5oQkW3rBxEz6MvCgAhDp8SyUlIjFn2OeR7t4wYqLs9XbKmVcPzA1hGdJ0AA';
const TOKEN = 'ghs_4bX9kQ2mVr7TzLw1NpYc8HsJ5dGf3aKeR0uE';
const SECRETS = [
  { name: 'key', value: KEY },
  { name: 'token', value: TOKEN },
];
const scan = createSecretScan(SECRETS);
const ordinary = fc.oneof(hostileText, fc.string({ unit: 'binary' }), fc.lorem());

describe('a secret', () => {
  it.each(Object.entries(SECRET_FORMS))('is found: %s', (_form, write) => {
    for (const { name, value } of SECRETS)
      expect(scan.find(`The value is ${write(value)} of course.`)).toMatchObject({ secret: name });
  });

  it('is found in every form between any texts, and the masked text holds none of them', () => {
    fc.assert(
      fc.property(
        randomSecret,
        fc.array(fc.constantFrom(...Object.values(SECRET_FORMS)), { minLength: 1, maxLength: 3 }),
        fc.array(ordinary, { minLength: 4, maxLength: 4 }),
        (secret, forms, texts) => {
          const own = createSecretScan([{ name: 'own', value: secret }]);
          const text = forms.map((write, at) => `${texts[at] ?? ''} ${write(secret)} `).join('') + (texts[3] ?? '');
          expect(own.find(text)).toBeDefined();
          const masked = own.mask(text);
          expect(own.find(masked)).toBeUndefined();
          for (const write of Object.values(SECRET_FORMS)) expect(masked).not.toContain(write(secret));
          expect(own.mask(masked)).toBe(masked);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is found by any 16 characters of its random part, plain and encoded', () => {
    const random = KEY.slice('sk-ant-api03-'.length);
    for (let at = 0; at + 16 <= random.length; at++)
      for (const write of Object.values(SECRET_FORMS)) {
        const text = `a ${write(random.slice(at, at + 16))} b`;
        expect([text, scan.find(text)]).toEqual([text, expect.objectContaining({ secret: 'key' })]);
      }
  });

  it('is found by 12 characters as they are', () => {
    const random = KEY.slice('sk-ant-api03-'.length);
    for (let at = 0; at + 12 <= random.length; at++) expect(scan.find(`x${random.slice(at, at + 12)}`)).toBeDefined();
  });

  it('is named with its form, never shown', () => {
    expect(scan.find(KEY)).toEqual({ secret: 'key', form: 'as it is' });
    expect(scan.find(Buffer.from(`x${TOKEN}`).toString('base64'))).toEqual({ secret: 'token', form: 'in base64' });
  });
});

describe('ordinary text', () => {
  it('is left exactly as it is', () => {
    fc.assert(
      fc.property(ordinary, (text) => {
        expect(scan.find(text)).toBeUndefined();
        expect(scan.mask(text)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    'Set ANTHROPIC_API_KEY to sk-ant-api03-XXXXXXXXXXXXXXXXXXXX and GITHUB_TOKEN to ghs_xxxxxxxxxxxxxxxxxxxx.',
    'const HEX: &[u8] = b"0123456789abcdefABCDEF"; // sk-ant-api03-',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig',
  ])('holds no secret although it talks of keys: %s', (text) => {
    const weak = createSecretScan([...SECRETS, { name: 'weak', value: 'sk-test-0123456789abcdef' }]);
    expect(weak.mask(text)).toBe(text);
  });

  it('may hold words of a pass phrase, but not the phrase', () => {
    const phrase = createSecretScan([{ name: 'phrase', value: 'our-company-gateway-key-2024' }]);
    expect(phrase.find('the company gateway key of 2024')).toBeUndefined();
    expect(phrase.find('our company gateway key 2024')).toBeDefined();
  });

  it('may hold the public head of a JSON Web Token, but not its signature', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwiYWRtaW4iOnRydWV9.k3Vz9QwLmX2bRt7TfN4pYc8HsJ5dGa1e';
    const tokens = createSecretScan([{ name: 'jwt', value: jwt }]);
    expect(tokens.find('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0')).toBeUndefined();
    expect(tokens.find('k3Vz9QwLmX2bRt7T')).toBeDefined();
  });
});

it.each(['\\', '\x1b[', '%', '&#0', '0', '\\u{0', KEY.slice(13, 22)])('megabytes of %j are read in one go', (unit) => {
  expect(scan.mask(unit.repeat(4_000_000 / unit.length))).toHaveLength(
    Math.floor(4_000_000 / unit.length) * unit.length,
  );
});

describe('masking', () => {
  it('keeps what stands around and between the parts', () => {
    expect(scan.mask(`key=${KEY}, done`)).toBe('key=***, done');
    expect(scan.mask(`a\n${KEY.slice(0, 40)}\n${KEY.slice(40)}\nb`)).toBe('a\n***\n***\nb');
  });

  it('keeps JSON valid', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(SECRET_FORMS)), ordinary, ordinary, (write, before, after) => {
        const json = JSON.stringify({ text: `${before}\n${write(KEY)}\n${after}`, next: [before, after] });
        expect(() => JSON.parse(scan.mask(json)) as unknown).not.toThrow();
        expect(scan.find(scan.mask(json))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('keeps JSON valid where the letter of an escape begins what looks like the secret', () => {
    const own = createSecretScan([{ name: 'own', value: 'nQ7rXw2LmT9bVt4K' }]);
    for (const text of ['a\nQ7rXw2LmT9bVt4K b', 'a\nQ7r Xw2 LmT 9bV t4K b', 'a\\nQ7rXw2LmT9bVt4K b'])
      expect(JSON.parse(own.mask(JSON.stringify(text)))).toMatch(/^a\\?[* ]+b$/);
  });

  it('does not let what is left over join to another secret', () => {
    const text = `${KEY.slice(0, 30)}${TOKEN}${KEY.slice(30)}`;
    expect(scan.mask(text)).toMatch(/^\*+$/);
    expect(scan.mask(`${KEY.slice(13, 20)}${TOKEN}${KEY.slice(20, 28)}`)).toMatch(/^\*+$/);
  });

  it('leaves a text out that holds secrets in layers without end', () => {
    let text = TOKEN;
    for (let layer = 0; layer < 30; layer++) text = `${KEY.slice(13, 20)}${text}${KEY.slice(20, 27)}`;
    expect(scan.find(scan.mask(text))).toBeUndefined();
  });

  it('takes out each line of a secret that has several, but no part below four characters', () => {
    const lines = createSecretScan([{ name: 'pem', value: '-----BEGIN-----\nMIIEabcd\nab\n-----END-----' }]);
    expect(lines.mask('a MIIEabcd b ab')).toBe('a *** b ab');
  });
});
