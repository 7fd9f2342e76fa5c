// Where the NET box may connect to. security.md, list S3.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeDestination } from '../../src/sandbox/sandbox.js';

const ALLOWED = [
  { host: 'index.crates.io', port: 443, mayBeInner: false },
  { host: 'static.crates.io', port: 443, mayBeInner: false },
  { host: 'crates.corp', port: 8443, mayBeInner: true },
  { host: '10.0.0.7', port: 8080, mayBeInner: true },
];

describe('a destination', () => {
  it.each([
    ['index.crates.io', 443, false],
    ['static.crates.io', 443, false],
    ['crates.corp', 8443, true],
    ['10.0.0.7', 8080, true],
  ])('of the list is allowed: %s:%i', (host, port, mayBeInner) => {
    expect(judgeDestination(host, port, ALLOWED)).toEqual({ kind: 'allowed', mayBeInner });
  });

  it.each([
    ['another host', 'evil.com', 443, 'not a registry of this run'],
    ['a longer name', 'index.crates.io.evil.com', 443, 'not a registry of this run'],
    ['a name below', 'evil.index.crates.io', 443, 'not a registry of this run'],
    ['a name that ends alike', 'evilindex.crates.io', 443, 'not a registry of this run'],
    ['a NUL', 'index.crates.io\0.evil.com', 443, 'not a plain host name'],
    ['a NUL at the end', 'index.crates.io\0', 443, 'not a plain host name'],
    ['a dot at the end', 'index.crates.io.', 443, 'not a plain host name'],
    ['another case and a dot', 'INDEX.crates.io.', 443, 'not a plain host name'],
    ['another case', 'INDEX.crates.io', 443, 'not a registry of this run'],
    ['another port', 'index.crates.io', 80, 'port 80 is not that of a registry'],
    ['an address', '93.184.216.34', 443, 'an address instead of a name'],
    ['a short address', '2130706433', 443, 'an address instead of a name'],
    ['an IPv6 address', '::1', 443, 'not a plain host name'],
    ['brackets', '[::1]', 443, 'not a plain host name'],
    ['a user', 'index.crates.io@evil.com', 443, 'not a plain host name'],
    ['a letter that looks alike', 'index.cr\xe4tes.io', 443, 'not a plain host name'],
    ['a line end', 'index.crates.io\n', 443, 'not a plain host name'],
    ['a blank', ' index.crates.io', 443, 'not a plain host name'],
    ['an underscore', 'index_.crates.io', 443, 'not a plain host name'],
    ['nothing', '', 443, 'not a plain host name'],
    ['a name that is too long', `${'a.'.repeat(130)}io`, 443, 'not a plain host name'],
  ])('is refused: %s', (_, host, port, reason) => {
    expect(judgeDestination(host, port, ALLOWED)).toEqual({
      kind: 'refused',
      reason: expect.stringContaining(reason),
    });
  });

  it('is allowed only when name and port are those of one entry, whatever is asked', () => {
    const pieces = fc.constantFrom(
      'index',
      '.',
      'crates',
      'io',
      '\0',
      'evil',
      'I',
      ' ',
      '10.0.0.7',
      '-',
      '/',
      '@',
      ':',
    );
    const names = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(names, fc.constantFrom(443, 80, 8080, 8443), (host, port) => {
        const { kind } = judgeDestination(host, port, ALLOWED);
        return (kind === 'allowed') === ALLOWED.some((each) => each.host === host && each.port === port);
      }),
    );
  });
});
