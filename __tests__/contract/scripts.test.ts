// What CI runs: every test there is, by scripts that npm does not take for commands of its own. `npm cit` is npm's
// install-ci-test whatever `scripts` says, so a script of that name would never run.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const ci = readFileSync('.ci/run', 'utf8');

/** Commands of npm, with aliases, that people would give a script's name to. */
const NPM_COMMANDS = ['audit', 'cit', 'ci', 'docs', 'doctor', 'exec', 'init', 'install', 'it', 'pack', 'publish'];

describe('the scripts', () => {
  it('are called by their own names, where npm has a command of the name', () => {
    const called = ['README.md', 'CONTRIBUTING.md', '.ci/run'].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/npm (?!run |cit|ci\b|test\b|pack\b)([a-z-]+)/g)].map(([, name]) => name),
    );
    expect(called.filter((name) => name !== undefined && name in scripts && NPM_COMMANDS.includes(name))).toEqual([]);
    expect(scripts).not.toHaveProperty('cit');
  });

  it('run the folders that `npm test` leaves out in CI too', () => {
    const leftOut = [...(scripts['test'] ?? '').matchAll(/testPathIgnorePatterns=__tests__\/(\w+)\//g)];
    expect(leftOut.length).toBeGreaterThan(0);
    const slow = scripts['test:slow'] ?? '';
    for (const [, folder] of leftOut) {
      expect(slow).toContain(`npm run test:${folder ?? ''}`);
      expect(scripts[`test:${folder ?? ''}`]).toContain(`__tests__/${folder ?? ''}/`);
    }
    expect(ci).toMatch(/^npm cit\nnpm run test:slow$/m);
  });
});
