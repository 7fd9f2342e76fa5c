// Text that tries to get out of wherever Markdown puts it, as fast-check arbitraries.
import fc from 'fast-check';

const FRAGMENTS = [
  ...[
    '`',
    '```',
    '~~~',
    '````````',
    '|',
    '\\',
    '\\|',
    '<',
    '>',
    '<!--',
    '-->',
    '</details>',
    '<img src=x>',
    '<b>',
    '&lt;',
  ],
  ...[
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\t',
    ' ',
    '    ',
    '\x1b[31m',
    '\u200b',
    '\u202e',
    '\u2028',
    '\x00',
    '\ud800',
    '\ufeff',
  ],
  ...['@org/team', 'a@b.co', 'fixes #1', 'closes GH-2', 'o/r#3', '/approve', '@bot merge', 'https://a.b/c', 'www.a.b'],
  ...[
    '[x](javascript:y)',
    '![i](u)',
    '[r]: u',
    '[^1]',
    '# ',
    '- ',
    '1. ',
    '> ',
    '---',
    '===',
    '* ',
    '_a_',
    '**',
    '~~',
    '$x$',
  ],
  ...[
    '| a | b |',
    '| - | - |',
    '- [x] ',
    '::error::x',
    'test result: ok.',
    'error[E1]: x',
    'www',
    ':',
    '//',
    '#',
    '1',
    '_',
  ],
];

export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...FRAGMENTS) }, fc.string({ unit: 'binary', maxLength: 6 })),
    {
      maxLength: 25,
    },
  )
  .map((parts) => parts.join(''));
