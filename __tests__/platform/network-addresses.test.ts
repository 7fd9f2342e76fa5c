import { describe, expect, it } from '@jest/globals';
import { isInnerAddress } from '../../src/platform/network-addresses.js';

describe('an address of the runner’s own network', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '2001::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('is told: %s', (address) => expect(isInnerAddress(address)).toBe(true));

  it.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1', '2a00::1'])(
    'is not a public one: %s',
    (address) => expect(isInnerAddress(address)).toBe(false),
  );
});
