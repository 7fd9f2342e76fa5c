import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerLines, createLog } from '../../src/platform/log.js';
import { maskOf } from '../support/masking.js';
import { obeyedCommands, runnerCommand, runnerLines } from '../support/runner-commands.js';

function recorded(options: { actions: boolean; secrets?: string[] }) {
  const lines: string[] = [];
  const log = createLog({
    write: (line) => lines.push(line),
    mask: maskOf(...(options.secrets ?? [])),
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
    const shown = lines.slice(1); // behind stop-commands, which must not be what keeps it
    expect(runnerLines(shown.join('\n')).map(runnerCommand)).toEqual(shown.map(() => undefined));
  });

  it('never writes a command, whatever the text', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, actions) => {
        const { log, lines } = recorded({ actions });
        log.output(text);
        const shown = lines.slice(actions ? 1 : 0);
        for (const line of runnerLines(shown.join('\n'))) expect(runnerCommand(line)).toBeUndefined();
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
    expect(lines.slice(1)).toEqual(['  │ \x1b[1m\x1b[38;5;9merror\x1b[0m xy hiddenblack\x1b[0m']);
  });

  it('does not let an unfinished escape sequence swallow what follows', () => {
    const { log, lines } = recorded({ actions: true });
    log.output('\x1b]0;never closed\ntest a ... FAILED');
    expect(lines.at(-1)).toBe('  │ test a ... FAILED');
  });
});

describe('around untrusted lines', () => {
  it('the runner obeys nothing, and everything again from the next command of ours on', () => {
    const { log, lines } = recorded({ actions: true });
    log.group('cargo test');
    log.output('one');
    log.output('two');
    log.info('still nothing to obey');
    log.endGroup();
    log.output('three');
    log.warning('careful');
    const [stop = '', resume = ''] = [lines[1], lines[5]];
    expect(stop).toMatch(/^::stop-commands::[0-9a-f]{32}$/);
    expect(resume).toBe(`::${stop.slice(-32)}::`);
    expect(lines.slice(2, 5)).toEqual(['  │ one', '  │ two', 'still nothing to obey']);
    expect(obeyedCommands(lines.join('\n'))).toEqual(['group', 'endgroup', 'warning']);
    // What a careless line would do inside a block: nothing.
    expect(obeyedCommands([stop, '::error::x', '##[add-mask]e', resume].join('\n'))).toEqual([]);
  });

  it('the token is a new one for each block, and a terminal sees none', () => {
    const { log, lines } = recorded({ actions: true });
    for (const text of ['one', 'two']) {
      log.output(text);
      log.warning('careful');
    }
    const tokens = lines.filter((line) => line.startsWith('::stop-commands::'));
    expect(new Set(tokens).size).toBe(2);
    const terminal = recorded({ actions: false });
    terminal.log.output('one');
    expect(terminal.lines).toEqual(['  │ one']);
  });
});

describe('annotations', () => {
  it('are ten of a type at most, the rest is plain lines', () => {
    const { log, lines } = recorded({ actions: true });
    for (let at = 1; at <= 12; at++) log.warning(`number ${at}`, { file: 'a.rs' });
    log.error('the verdict');
    expect(lines.slice(9)).toEqual([
      '::warning file=a.rs::number 10',
      'warning: number 11 (a.rs)',
      'warning: number 12 (a.rs)',
      '::error::the verdict',
    ]);
  });

  it("are cut between characters below the runner's limit, with the whole text above", () => {
    const { log, lines } = recorded({ actions: true });
    const long = `x${'🦀'.repeat(3_000)}`;
    log.error(long);
    expect(lines[0]).toBe(`error: ${long}`);
    expect(lines[1]?.length).toBeLessThan(4_096);
    expect(lines[1]).toMatch(/🦀 \[… the whole text is in the log above\]$/);
  });
});

describe('the answer of a command', () => {
  const hostile = 'specs/\x1b]0;x\x07a\n::error::b\n ##[error]c';

  it('has no escape sequence, no secret, and for the runner no command', () => {
    const mask = (text: string) => text.replaceAll('b', '***');
    expect(answerLines(hostile, { mask, actions: true })).toEqual(['specs/a', ': :error::***', ' ## [error]c']);
    expect(answerLines(hostile, { mask, actions: false })).toEqual(['specs/a', '::error::***', ' ##[error]c']);
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
        expect(found).toEqual(['group', 'endgroup', 'warning', 'error', 'debug']);
      }),
    );
  });

  it('put warnings and errors outside the group that they interrupt, and the rest of it into a second one', () => {
    const { log, lines } = recorded({ actions: true });
    log.group('Publication');
    log.info('one');
    log.warning('careful');
    log.error('broken');
    log.info('two');
    log.endGroup();
    log.group('empty');
    log.warning('last');
    log.endGroup();
    log.endGroup();
    expect(lines).toEqual([
      ...['::group::Publication', 'one', '::endgroup::', '::warning::careful', '::error::broken'],
      ...['::group::Publication (continued)', 'two', '::endgroup::'],
      ...['::group::empty', '::endgroup::', '::warning::last'],
    ]);
  });

  it('give the status line one clean line without secrets, and write nothing themselves', () => {
    const shown: (string | undefined)[] = [];
    const log = createLog({
      write: () => expect(undefined).toBe('a line'),
      mask: maskOf('sk-ant-0123456789'),
      actions: false,
      status: (text) => shown.push(text),
    });
    log.status('turn 7 ·\n edit_file \x1b[2Jsrc/\tsk-ant-0123456789.rs');
    log.status(undefined);
    expect(shown).toEqual(['turn 7 · edit_file src/ ***.rs', undefined]);
  });

  it('leave colours out where they are not wanted', () => {
    const lines: string[] = [];
    const log = createLog({
      write: (line) => lines.push(line),
      mask: (text) => text,
      actions: false,
      colours: false,
    });
    log.output('\x1b[31mred\x1b[0m');
    expect(lines).toEqual(['  │ red']);
  });

  it('let info write no command at all', () => {
    for (const text of ['::error::x', '  ::add-mask::e', 'a\n\t::group::b', '\x1b[31m::error::x', ':\ufe0f:error::x']) {
      const { log, lines } = recorded({ actions: true });
      log.info(text);
      expect(runnerLines(lines.join('\n')).map(runnerCommand)).toEqual(lines.map(() => undefined));
    }
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
    expect(lines.join('\n').match(/\*\*\*/g)).toHaveLength(9); // the interrupted group is named twice
  });

  it('are masked line by line when they have several lines', () => {
    expect(maskOf('-----BEGIN-----\nMIIEabcd\n-----END-----')('a MIIEabcd b')).toBe('a *** b');
  });

  it('are masked whole when one contains another', () => {
    expect(maskOf('abcd', 'abcdefgh')('abcdefgh')).toBe('***');
  });

  it('blank nothing when they are empty', () => {
    expect(maskOf('', ' ')('text')).toBe('text');
  });
});

describe('annotation', () => {
  const at = { file: 'src/a,b:c.rs', line: 3, column: 5 };

  it('is a command of the runner with its place and title, all escaped', () => {
    const { log, lines } = recorded({ actions: true, secrets: ['hunter2!'] });
    expect(log.annotation('notice', 'Question: 1,2\nx', 'hunter2! 100 %\nb', at)).toBe(true);
    expect(lines).toEqual(['::notice title=Question%3A 1%2C2%0Ax,file=src/a%2Cb%3Ac.rs,line=3,col=5::*** 100 %25%0Ab']);
  });

  it('is written ten times of each level, warnings and errors of the run counted', () => {
    const { log, lines } = recorded({ actions: true });
    log.warning('first');
    const written = Array.from({ length: 12 }, () => log.annotation('warning', 't', 'x', at));
    expect(written.filter(Boolean)).toHaveLength(9);
    expect(lines).toHaveLength(10);
    expect(log.annotation('error', 't', 'x', at)).toBe(true);
  });

  it('is not written on a terminal', () => {
    const { log, lines } = recorded({ actions: false });
    expect([log.annotation('error', 't', 'x', at), lines]).toEqual([false, []]);
  });

  it('obeys nothing but itself, whatever title, text and file are', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const { log, lines } = recorded({ actions: true });
        log.annotation('error', one, other, { file: other, line: 1 });
        expect(lines).toHaveLength(1);
        expect(runnerLines(lines.join('\n')).map(runnerCommand)).toEqual(['error']);
      }),
      { numRuns: 500 },
    );
  });
});
