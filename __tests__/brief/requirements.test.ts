import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { matchRequirements } from '../../src/brief/requirement-matching.js';
import { extractRequirements } from '../../src/brief/requirements.js';

function extract(text: string, file = 'specs/a.md') {
  return extractRequirements([{ file, text, firstLine: 1 }]);
}

function idsAndTexts(text: string): string[] {
  return extract(text).requirements.map((requirement) => `${requirement.id}: ${requirement.text}`);
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/brief/specs/${name}`, import.meta.url), 'utf8');
}

describe('the text of a requirement', () => {
  const written = (text: string) => extract(text).requirements.map((requirement) => requirement.written);

  it('is written with the inline code of the spec, wherever a piece of it begins', () => {
    expect(written('- R1: `greet(name)` must return `Hello, NAME!`.')).toEqual([
      '`greet(name)` must return `Hello, NAME!`.',
    ]);
    expect(written('- **`R1`** `get` reads\n  - of `a`\n')).toEqual(['`get` reads; of `a`']);
    expect(written('It is full. `get` must wait. `put` must not.')).toEqual(['`get` must wait.', '`put` must not.']);
    expect(written('| Id | Text |\n|---|---|\n| R1 | Reads `a` | `b` |\n')).toEqual(['Reads `a` | `b`']);
    expect(written('- `R1: reads` it')).toEqual(['`reads` it']);
  });

  it('is written as it is read where a backtick is part of it', () => {
    expect(written('- R1: `` a`b `` and `c`')).toEqual(['a`b and c']);
  });

  it('has the same hash with and without inline code', () => {
    const [plain, coded] = ['- R1: get(k) reads', '- R1: `get(k)` reads'].map((text) => extract(text).requirements[0]);
    expect(coded?.hash).toBe(plain?.hash);
    expect(coded?.text).toBe('get(k) reads');
  });
});

describe('ids the author wrote', () => {
  it.each([
    ['- R1: reads', 'R1: reads'],
    ['- **R1**: reads', 'R1: reads'],
    ['- **R1:** reads', 'R1: reads'],
    ['- **R1** reads', 'R1: reads'],
    ['- R1. reads', 'R1: reads'],
    ['- R1) reads', 'R1: reads'],
    ['- [R1] reads', 'R1: reads'],
    ['- R1 – reads', 'R1: reads'],
    ['- R1 - reads', 'R1: reads'],
    ['- R1 reads', 'R1: reads'],
    ['1. REQ-12: reads', 'REQ-12: reads'],
    ['- [ ] NFR-2: fast', 'NFR-2: fast'],
    ['- [x] AC-4: fast', 'AC-4: fast'],
    ['- `FR-003` reads', 'FR-003: reads'],
    ['- REQ-AUTH-001: reads', 'REQ-AUTH-001: reads'],
    ['- R1.2: reads', 'R1.2: reads'],
    ['**REQ-001**: WHEN asked, it answers', 'REQ-001: WHEN asked, it answers'],
  ])('are read from %p', (text, expected) => {
    expect(idsAndTexts(text)).toEqual([expected]);
  });

  it.each([
    '- UTF-8: the only encoding',
    '- SHA-256 – used for hashes',
    '- T001 [P] Create the module',
    '- HTTP2 – later',
    '- P1: first priority',
    '- See R1: above',
    '- r1: lower case',
    '- Rust 2024: the edition',
    'R1 alone opens a sentence.',
  ])('are not seen in %p', (text) => {
    expect(idsAndTexts(text)).toEqual([]);
  });

  it('are read from table rows, but error codes are none', () => {
    const table = '| Id | Text |\n|---|---|\n| R1 | Reads `a` |\n| **R2** | Writes | soon |\n\n';
    expect(idsAndTexts(table)).toEqual(['R1: Reads a', 'R2: Writes | soon']);
    expect(idsAndTexts('| Code | Meaning |\n|---|---|\n| E001 | Not found |\n')).toEqual([]);
  });

  it('in a heading cover everything up to the next heading', () => {
    const spec =
      '## R3: Eviction\n\nThe oldest entry goes. It must be\nlogged.\n\n- one\n- two\n\n## Notes\n\nNothing.\n';
    expect(idsAndTexts(spec)).toEqual(['R3: Eviction: The oldest entry goes. It must be logged. one; two']);
  });

  it('below a heading with an id keep their own text', () => {
    const spec = '## R3 Eviction\n\nOldest first.\n\n- AC-1: logged\n  - with time\n- counted\n';
    expect(idsAndTexts(spec)).toEqual(['R3: Eviction: Oldest first. counted', 'AC-1: logged; with time']);
  });

  it('used twice get a suffix, and both places are told', () => {
    const { requirements, duplicates } = extract('- R1: a\n- R1: b\n- R1-2: c\n');
    expect(requirements.map(({ id }) => id)).toEqual(['R1', 'R1-3', 'R1-2']);
    expect(duplicates).toEqual([
      { id: 'R1', renamedTo: 'R1-3', file: 'specs/a.md', line: 2, earlier: { file: 'specs/a.md', line: 1 } },
    ]);
  });

  it('that only point at a clause written out elsewhere are not counted twice', () => {
    const { requirements, duplicates } = extract('- R1\n- R2\n\n## R1: Reads\n\n## R2: Writes\n');
    expect(requirements.map(({ id, text }) => `${id} ${text}`)).toEqual(['R1 Reads', 'R2 Writes']);
    expect(duplicates).toEqual([]);
  });
});

describe('clauses without an id', () => {
  it('are list items and sentences with a normative word, numbered below their heading', () => {
    const spec = `# Store
Opening must not block.

## Error handling
The store reports errors. A missing key
must be \`Error::Missing\`. Values may not be cut.

- Every error shall have a text, e.g. a path. It ends there.
- Nothing to see
1. Callers should retry
`;
    expect(idsAndTexts(spec)).toEqual([
      'store.1: Opening must not block.',
      'error-handling.1: A missing key must be Error::Missing.',
      'error-handling.2: Values may not be cut.',
      'error-handling.3: Every error shall have a text, e.g. a path. It ends there.',
      'error-handling.4: Callers should retry',
    ]);
  });

  it('know the line they end on', () => {
    const spec =
      '## R3: Eviction\n\nOldest first.\n\n- one\n- AC-1: logged\n  - with time\n\n## Rest\n\nIt\nmust hold.\n';
    expect(extract(spec).requirements.map(({ id, line, endLine }) => [id, line, endLine])).toEqual([
      ['R3', 1, 7],
      ['AC-1', 6, 7],
      ['rest.1', 11, 12],
    ]);
  });

  it('know the line they start on and their heading', () => {
    const { requirements } = extractRequirements([
      { file: 'a.md', text: '# A\n\nFirst line. It\nmust\nhold. Then it\nshall end.\n', firstLine: 5 },
    ]);
    expect(requirements.map(({ line, heading, file }) => [line, heading, file])).toEqual([
      [7, 'A', 'a.md'],
      [9, 'A', 'a.md'],
    ]);
  });

  it.each([
    ['a code block', '```\nit must not be read\n```\n'],
    ['indented code', '    it must not be read\n'],
    ['inline code', 'Marked `must` and `#[must_use]`.'],
    ['an attribute name', 'Marked must_use here.'],
    ['a question', 'Should it block?'],
    ['struck-out text', '~~It must go.~~'],
    ['an HTML comment', '<!-- it must go -->'],
    ['the words of RFC 2119', 'The key words "MUST" and "SHOULD" are to be interpreted as described in RFC 2119.'],
  ])('are not found in %s', (_, text) => {
    expect(idsAndTexts(text)).toEqual([]);
  });

  it('that end in a colon go on in the list below', () => {
    const spec = 'The parser must reject:\n\n- empty input\n- `\\0`\n- REQ-1: long input\n\n- apart\n';
    expect(idsAndTexts(spec)).toEqual(['spec.1: The parser must reject: empty input; \\0; apart', 'REQ-1: long input']);
    expect(idsAndTexts('- It must offer:\n  - get\n  - set, which must lock\n')).toEqual([
      'spec.1: It must offer: get',
      'spec.2: set, which must lock',
    ]);
  });

  it('are also found in tables and quotes', () => {
    expect(idsAndTexts('| What | How |\n|---|---|\n| get | must not lock |\n')).toEqual([
      'spec.1: get | must not lock',
    ]);
    expect(idsAndTexts('> It must hold.')).toEqual(['spec.1: It must hold.']);
  });
});

describe('names of requirements', () => {
  const spec = '# S\n\n## Reads\n\nA read must be fast. It should not copy.\n\n## Writes\n\n- A write must be safe.\n';

  it('do not change when text is reflowed, emphasised or ticked off', () => {
    const reflowed = spec.replace('must be fast. It', 'must\nbe **fast**.\nIt').replace('- A write', '* [x] A write');
    const keys = (text: string) => extract(text).requirements.map(({ id, hash }) => `${id} ${hash}`);
    expect(keys(reflowed)).toEqual(keys(spec));
  });

  it('do not change when sections are added elsewhere', () => {
    const grown = `${spec.replace('## Reads', '## First\n\nIt must start.\n\n## Reads')}\n## Reads\n\nA late read must work.\n`;
    const ids = extract(grown).requirements.map(({ id }) => id);
    expect(ids).toEqual(['first.1', 'reads.1', 'reads.2', 'writes.1', 'a-reads.1']);
  });

  it('change their hash with the text and with the code that belongs to it', () => {
    const hashOf = (text: string) => extract(text).requirements[0]?.hash;
    const withCode = (code: string) => hashOf(`## R1: Trait\n\n\`\`\`rust\n${code}\n\`\`\`\n`);
    expect(hashOf('- R1: a')).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hashOf('- R1: a')).toBe(hashOf('- R9: a'));
    expect(hashOf('- R1: a')).not.toBe(hashOf('- R1: b'));
    expect(withCode('fn a();')).not.toBe(withCode('fn b();'));
  });

  it('survive a file nested deeper than any stack', () => {
    expect(() => extract(`${'> '.repeat(1000)}It must hold.`)).not.toThrow();
    expect(() => extract(`${'*a '.repeat(1000)}must${'*'.repeat(1000)}`)).not.toThrow();
  });
});

describe('the layouts of other tools', () => {
  it('Spec Kit: requirements and success criteria by their ids, scenarios by their user story, no narrative', () => {
    expect(idsAndTexts(fixture('spec-kit/spec.md'))).toEqual([
      'US1.1: Given a valid session, When it is read, Then its user is returned',
      'US1.2: Given an expired session, When it is read, Then Error::Expired is returned',
      'FR-001: System MUST store sessions by a 128-bit id',
      'FR-002: System MUST drop sessions 30 minutes after their last use',
      'FR-003: Users MUST be able to end all their sessions',
      'SC-001: 10,000 sessions fit into 8 MiB',
    ]);
  });

  it('a user story without scenarios is read as any other section', () => {
    expect(idsAndTexts('### User Story 2 - Sign out\n\nA user must be able to sign out.\n')).toEqual([
      'user-story-2-sign-out.1: A user must be able to sign out.',
    ]);
  });

  it('Kiro: criteria by the numbers that its tasks use', () => {
    expect(idsAndTexts(fixture('kiro/requirements.md'))).toEqual([
      '1.1: WHEN a job is enqueued THEN the Queue SHALL return its id',
      '1.2: IF the queue is full THEN the Queue SHALL return QueueFull',
      '2.1: WHEN a worker asks for a job THEN the Queue SHALL hand out the oldest one',
    ]);
  });

  it('Kiro: criteria right below their requirement too, and ids that the author gave them', () => {
    const spec = '### Requirement 4\n\n1. THE Queue SHALL count\n2. a remark\n3. AC-7: THE Queue SHALL log\n';
    expect(idsAndTexts(spec)).toEqual(['4.1: THE Queue SHALL count', 'AC-7: THE Queue SHALL log']);
  });

  it('OpenSpec: requirements and scenarios by their names, what is removed as such', () => {
    expect(idsAndTexts(fixture('openspec/specs/config-loading/spec.md'))).toEqual([
      'layered-sources: Layered sources: The loader SHALL read defaults first and the environment last.',
      'layered-sources.environment-wins: Environment wins: WHEN a key is in the file and in the environment; THEN the value of the environment is used',
      'layered-sources.nothing-is-set: Nothing is set: WHEN a key is in no source; THEN the default is used',
      'profiles: Removed: Profiles: Reason: nobody uses them Migration: one file for each deployment',
    ]);
  });

  it('an ADR: the sentences of its decision and consequences', () => {
    const { requirements } = extract(fixture('adr/0007-keep-events-in-a-ring.md'));
    expect(requirements.map(({ id }) => id)).toEqual(['decision.1', 'decision.2', 'consequences.1']);
  });

  it('tell what made each a requirement', () => {
    const by = (name: string) => new Set(extract(fixture(name)).requirements.map((one) => one.recognisedBy));
    expect(by('spec-kit/spec.md')).toEqual(new Set(['layout', 'id']));
    expect(by('kiro/requirements.md')).toEqual(new Set(['layout']));
    expect(by('adr/0007-keep-events-in-a-ring.md')).toEqual(new Set(['wording']));
  });

  it.each([
    [
      'spec-kit/spec.md',
      (text: string) => text.replace('### User Story 1', '### User Story 0 - More\n\nSoon.\n\n### User Story 1'),
    ],
    ['kiro/requirements.md', (text: string) => `${text}\n### Requirement 3: Close\n\n1. THE Queue SHALL close\n`],
    [
      'openspec/specs/config-loading/spec.md',
      (text: string) =>
        text.replace('#### Scenario: Nothing', '#### Scenario: Late\n\n- **THEN** x\n\n#### Scenario: Nothing'),
    ],
  ])('%s keeps its ids when something is added', (name, grow) => {
    const keys = (text: string) => extract(text).requirements.map(({ id, hash }) => `${id} ${hash}`);
    const [before, after] = [keys(fixture(name)), keys(grow(fixture(name)))];
    expect(after.filter((key) => before.includes(key))).toEqual(before);
  });
});

describe('matching with an earlier run', () => {
  const before = extract('## A\n\n- It must read.\n- It must write.\n- It must close.\n').requirements;

  it('recognises renumbered clauses by their text', () => {
    const now = extract('## A\n\n- It must open.\n- It must read.\n- It must write.\n').requirements;
    const { matches, removed } = matchRequirements(before, now);
    expect(matches.map(({ change, previous, current }) => [current.id, change, previous?.id])).toEqual([
      ['a.1', 'new', undefined],
      ['a.2', 'renumbered', 'a.1'],
      ['a.3', 'renumbered', 'a.2'],
    ]);
    expect(removed.map(({ id }) => id)).toEqual(['a.3']);
  });

  it('tells reworded clauses from unchanged ones', () => {
    const now = extract('## A\n\n- It must read.\n- It must write twice.\n- It must close.\n').requirements;
    expect(matchRequirements(before, now).matches.map(({ change }) => change)).toEqual(['same', 'reworded', 'same']);
  });

  it('keeps each of two clauses of the same text on its own id', () => {
    const twins = extract('## A\n\n- It must hold.\n\n## B\n\n- It must hold.\n').requirements;
    expect(matchRequirements([...twins].reverse(), twins).matches.map(({ change }) => change)).toEqual([
      'same',
      'same',
    ]);
  });
});
