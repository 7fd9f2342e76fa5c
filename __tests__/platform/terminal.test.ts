import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { readFile } from 'node:fs/promises';
import { openTerminal } from '../../src/platform/terminal.js';
import { handClock } from '../support/hand-clock.js';

function opened(stream: { isTTY?: boolean }, environment: Record<string, string> = { TERM: 'xterm' }) {
  const written: string[] = [];
  const clock = handClock();
  const terminal = openTerminal({ ...stream, write: (text) => written.push(text) }, environment, clock);
  return { terminal, clock, written };
}

describe('a terminal', () => {
  it('has a status line with spinner and time, below the lines that are written', async () => {
    const { terminal, clock, written } = opened({ isTTY: true });
    terminal.write('first');
    terminal.status('turn 1 · cargo check');
    await clock.pass(65_000);
    written.length = 0;
    terminal.write('second');
    await clock.pass(100);
    expect(written).toEqual(['\r\x1b[2Ksecond\n', '\r\x1b[2K\x1b[?7l⠙ 1:05 · turn 1 · cargo check\x1b[?7h']);
  });

  it('draws the latest status, and a line is not torn by it', async () => {
    const { terminal, clock, written } = opened({ isTTY: true });
    terminal.status('one');
    terminal.status('two');
    await clock.pass(100);
    expect(written).toHaveLength(2);
    expect(written[1]).toContain('0:00 · two');
    terminal.write('a');
    terminal.write('b');
    expect(written.slice(2)).toEqual(['\r\x1b[2Ka\n', 'b\n']);
  });

  it('is left clean, without anything that goes on', async () => {
    const { terminal, clock, written } = opened({ isTTY: true });
    terminal.status('one');
    terminal.end();
    expect(written.at(-1)).toBe('\r\x1b[2K');
    expect(clock.waiting()).toBe(0);
    await clock.pass(1_000);
    expect(written).toHaveLength(2);
  });

  it.each([
    [60_000, false],
    [60_001, true],
  ])('after %i ms rings: %s', async (ms, rings) => {
    const { terminal, clock, written } = opened({ isTTY: true });
    await clock.pass(ms);
    terminal.end();
    expect(written).toEqual(rings ? ['\x07'] : []);
  });
});

describe('plain lines are all there is', () => {
  it.each([
    ['a pipe', {}, {}],
    ['CI', { isTTY: true }, { CI: 'true' }],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])('for %s', async (_what, stream, environment) => {
    const { terminal, clock, written } = opened(stream, environment);
    terminal.status('one');
    terminal.write('line');
    await clock.pass(100_000);
    terminal.end();
    expect(written).toEqual(['line\n']);
    expect(terminal.hasColours).toBe(false);
  });

  it('but an empty NO_COLOR asks for nothing, and the log of the runner has colours', () => {
    expect(opened({ isTTY: true }, { NO_COLOR: '' }).terminal.hasColours).toBe(true);
    expect(opened({}, { CI: 'true', GITHUB_ACTIONS: 'true' }).terminal.hasColours).toBe(true);
  });
});

describe('on a real terminal', () => {
  /** What a program that uses the terminal for a moment sends to a pseudo-terminal of util-linux's `script`. */
  async function session(environment: Record<string, string>): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-pty-'));
    try {
      for (const name of ['clock', 'terminal']) {
        const source = await readFile(new URL(`../../src/platform/${name}.ts`, import.meta.url), 'utf8');
        const module = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext } });
        await writeFile(path.join(folder, `${name}.js`), module.outputText);
      }
      const program = `import { openTerminal } from './terminal.js';
        const terminal = openTerminal(process.stdout, process.env);
        terminal.status('working'); terminal.write('a line');
        setTimeout(() => { terminal.status(undefined); terminal.write('the end'); terminal.end(); }, 350);`;
      await writeFile(path.join(folder, 'program.mjs'), program);
      await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
      const command = `'${process.execPath}' '${path.join(folder, 'program.mjs')}'`;
      const env = { PATH: process.env.PATH ?? '', TERM: 'xterm', ...environment };
      const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], { env });
      return stdout;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('the spinner turns while nothing is written, and the process ends by itself', async () => {
    const output = await session({});
    expect(output).toMatch(/^\r\x1b\[2K\x1b\[\?7l⠋ 0:00 · working\x1b\[\?7h\r\x1b\[2Ka line\r\n/);
    expect(new Set([...output.matchAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/gu)].map(([frame]) => frame)).size).toBeGreaterThan(1);
    expect(output).toMatch(/\r\x1b\[2Kthe end\r\n$/);
  });

  it('NO_COLOR leaves the lines alone', async () => {
    expect(await session({ NO_COLOR: '1' })).toBe('a line\r\nthe end\r\n');
  });
});
