import { describe, expect, it } from '@jest/globals';
import { boxLimits } from '../../src/sandbox/limits.js';
import { privilegedProfile, unusedUser } from '../../src/sandbox/profiles.js';

const ALL = '         0          0 4294967295\n';
const CONTAINER = '0 100000 65536\n';

describe('the user as whom code runs', () => {
  it('is ourselves where sudo sets the box up, and somebody new where we are root', () => {
    const me = { uid: 1001, gid: 121 };
    expect(privilegedProfile({ kind: 'sudo', program: '/usr/bin/sudo' }, me, ALL)).toMatchObject({ user: me });
    const root = { uid: 0, gid: 0 };
    expect(privilegedProfile({ kind: 'root' }, root, ALL)).not.toMatchObject({ user: root });
  });

  it('is another one for each run, out of a range that nothing allocates from', () => {
    const users = Array.from({ length: 20 }, () => unusedUser(ALL).uid);
    expect(new Set(users).size).toBe(20);
    expect(Math.min(...users)).toBeGreaterThanOrEqual(1_900_000_000);
    expect(Math.max(...users)).toBeLessThan(2_000_000_000);
  });

  it('is one that exists, in a container with few users', () => {
    expect(unusedUser(CONTAINER).uid).toBeGreaterThanOrEqual(60_578);
    expect(unusedUser(CONTAINER).uid).toBeLessThan(61_178);
    expect(unusedUser('0 0 1000\n1000 5000 64536\n').uid).toBeGreaterThanOrEqual(60_578);
    expect(unusedUser('0 0 1\n')).toEqual({ uid: 65_534, gid: 65_534 });
  });
});

describe('the limits of a box', () => {
  const inherited = `Limit                     Soft Limit           Hard Limit           Units
Max file size             unlimited            unlimited            bytes
Max core file size        0                    unlimited            bytes
Max processes             100                  1000                 processes
Max open files            1024                 4096                 files
`;

  it('are never above what was inherited: a limit can be lowered only', () => {
    expect(boxLimits(inherited)).toEqual(expect.arrayContaining(['--nproc=1000', '--nofile=4096', '--core=0']));
    expect(boxLimits('')).toContain('--nofile=65536');
  });
});
