import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLog, maskSecrets } from '../../src/platform/log.js';
import { runnerCommand, runnerLines } from '../support/runner-commands.js';

function recorded(options: { actions: boolean; secrets?: string[] }) {
  const lines: string[] = [];
  const log = createLog({
    write: (line) => lines.push(line),
    secrets: () => options.secrets ?? [],
    actions: options.actions,
  });
  return { log, lines };
}

const fragments = fc.constantFrom(
  ...['::', ':', '##[', '#', '[', ']', 'error', 'add-mask', ' ', '\t', '\r', '\n', '\x1b[31m', '\x1b', '\x1b]', '\x07'],
  ...['\u200b', '\ufe0f', '\ufeff', '\u2028', '\u0085', '\u00a0', '\u202e', '\x00', '\v', '\f', '│', 'x=y', '%0A'],
);
const hostile = fc.array(fc.oneof(fragments, fc.string({ unit: 'binary' })), { maxLength: 30 }).map((p) => p.join(''));

describe('the port of the runner', () => {
  it.each(['::error::x', '  ::add-mask::e', '\t::set-output name=a::b', 'text ##[error]x', '\u200b::error::x'])(
    'finds the command in %j',
    (line) => expect(runnerCommand(line)).toBeDefined(),
  );
});

describe('output', () => {
  it.each([
    '::error::x',
    '  ::add-mask::e',
    '\t::set-output name=a::b',
    'ok\r::error::x',
    '\x1b[31m::error::x',
    '\u200b::stop-commands::t',
    'warning: ##[error]x',
    '#\u200b#[group]x',
    '#\ufe0f#[group]x',
    '##\x1b[0m]x',
    'two\n::error::lines',
  ])('keeps the runner from obeying %j', (text) => {
    const { log, lines } = recorded({ actions: true });
    log.output(text);
    expect(runnerLines(lines.join('\n')).map(runnerCommand)).toEqual(lines.map(() => undefined));
  });

  it('never writes a command, whatever the text', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, actions) => {
        const { log, lines } = recorded({ actions });
        log.output(text);
        for (const line of runnerLines(lines.join('\n'))) expect(runnerCommand(line)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('shows each line of the text behind a bar and keeps its words', () => {
    const { log, lines } = recorded({ actions: false });
    log.output('error[E0308]: mismatched types\n  --> src/lib.rs:3:5\n');
    expect(lines).toEqual(['  │ error[E0308]: mismatched types', '  │   --> src/lib.rs:3:5']);
  });

  it('keeps colours, ends them with the line, and drops every other escape sequence', () => {
    const { log, lines } = recorded({ actions: true });
    log.output('\x1b[1m\x1b[38;5;9merror\x1b[0m \x1b[2Jx\x1b]0;title\x07y \x1b[8mhidden\x1b[30;40mblack');
    expect(lines).toEqual(['  │ \x1b[1m\x1b[38;5;9merror\x1b[0m xy hiddenblack\x1b[0m']);
  });

  it('does not let an unfinished escape sequence swallow what follows', () => {
    const { log, lines } = recorded({ actions: true });
    log.output('\x1b]0;never closed\ntest a ... FAILED');
    expect(lines[1]).toBe('  │ test a ... FAILED');
  });
});

describe('the other calls', () => {
  it('write exactly one command of their own for the runner, whatever the text', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, file) => {
        const { log, lines } = recorded({ actions: true });
        log.group(text);
        log.warning(text, { file, line: 3 });
        log.error(text);
        log.detail(text);
        log.endGroup();
        const found = runnerLines(lines.join('\n')).map(runnerCommand);
        expect(found).toEqual(['group', 'warning', 'error', 'debug', 'endgroup']);
      }),
    );
  });

  it('let info write no command at all', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { log, lines } = recorded({ actions: true });
        log.info(text);
        for (const line of runnerLines(lines.join('\n'))) expect(runnerCommand(line)).toBeUndefined();
      }),
    );
  });

  it('escape the text and the place of an annotation', () => {
    const { log, lines } = recorded({ actions: true });
    log.warning('100%\nsure', { file: 'a,b:c.rs', line: 7 });
    expect(lines).toEqual(['::warning file=a%2Cb%3Ac.rs,line=7::100%25%0Asure']);
  });

  it('are plain lines on a terminal', () => {
    const { log, lines } = recorded({ actions: false });
    log.group('cargo test');
    log.endGroup();
    log.error('no key', { file: 'spec.md', line: 2 });
    log.detail('not shown');
    expect(lines).toEqual(['▸ cargo test', 'error: no key (spec.md:2)']);
  });
});

describe('secrets', () => {
  const secret = 'sk-ant-0123456789';

  it('are masked in everything that is written', () => {
    const { log, lines } = recorded({ actions: true, secrets: [secret] });
    log.group(secret);
    log.info(secret);
    log.detail(secret);
    log.warning(secret, { file: secret });
    log.error(secret);
    log.output(`key=${secret}, sk-ant-\u200b0123456789`);
    expect(lines.join('\n')).not.toContain(secret);
    expect(lines.join('\n').match(/\*\*\*/g)).toHaveLength(8);
  });

  it('are masked line by line when they have several lines', () => {
    expect(maskSecrets('a MIIEabcd b', ['-----BEGIN-----\nMIIEabcd\n-----END-----'])).toBe('a *** b');
  });

  it('are masked whole when one contains another', () => {
    expect(maskSecrets('abcdefgh', ['abcd', 'abcdefgh'])).toBe('***');
  });

  it('blank nothing when they are empty', () => {
    expect(maskSecrets('text', ['', ' '])).toBe('text');
  });
});
