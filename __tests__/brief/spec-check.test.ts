import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkSpec } from '../../src/brief/spec-check.js';
import { SPEC_RULES } from '../../src/brief/spec-rules.js';
import { loadSpec } from '../../src/brief/spec.js';
import { sourceTree } from '../support/source-tree.js';
import { specFixture } from '../support/spec-fixtures.js';

async function findings(text: string, others: Record<string, string> = {}, at = 'specs/a.md') {
  const tree = sourceTree({ ...others, [at]: text });
  return checkSpec(await loadSpec(tree, at), tree);
}

/** `line rule` of each finding. */
async function rules(text: string, others: Record<string, string> = {}): Promise<string[]> {
  return (await findings(text, others)).map(({ line, rule }) => `${line} ${rule}`);
}

describe('a spec without remarks', () => {
  const EXAMPLES = path.join(process.cwd(), 'examples');

  it.each([
    ['1-library-from-nothing', 'specs/rate-limiter.md'],
    ['2-feature-in-existing-crate', 'specs/004-expiry-and-eviction.md'],
    ['3-workspace-with-dependency', 'specs/resolve-requirements.md'],
  ])('is that of example %s', async (example, spec) => {
    const root = path.join(EXAMPLES, example, 'repo');
    const names = (await readdir(root, { recursive: true })).filter((name) => /\.(?:rs|md|toml)$/.test(name));
    const texts = names.map(async (name) => [name, await readFile(path.join(root, name), 'utf8')] as const);
    const tree = sourceTree(Object.fromEntries(await Promise.all(texts)));
    expect(await checkSpec(await loadSpec(tree, spec), tree)).toEqual([]);
  });

  it.each(['spec-kit', 'kiro', 'openspec', 'adr'])('is the fixture %s', async (folder) => {
    const tree = sourceTree(await specFixture(folder));
    expect(await checkSpec(await loadSpec(tree, folder), tree)).toEqual([]);
  });
});

it('findings say where, which requirement, what is wrong and what would mend it', async () => {
  const spec = '---\ntitle: x\n---\n# S\n\n- R1: reads at once\n- R2: It must be fast,\n  and user-friendly.\n';
  expect(await findings(spec)).toEqual([
    {
      rule: 'vague-word',
      file: 'specs/a.md',
      line: 7,
      requirement: 'R2',
      text: "'fast', 'user-friendly': no test can decide that. Say what can be seen or measured.",
    },
  ]);
});

describe('no-requirement and duplicate-id', () => {
  it('tell of a spec in which nothing was recognised', async () => {
    expect(await rules('# Idea\n\nA store would be nice.\n')).toEqual(['1 no-requirement']);
  });

  it('name the earlier place and what the clause is called', async () => {
    const [found] = await findings('- R1: a\n- R1: b\n');
    expect(found).toMatchObject({ rule: 'duplicate-id', line: 2, requirement: 'R1-2' });
    expect(found?.text).toContain("'R1' is already used on line 1");
  });
});

describe('vague-word', () => {
  it.each([
    'It must start quickly.',
    'The log must have a reasonable size.',
    'Errors must be handled gracefully, where possible.',
    'It must accept text, numbers, etc.',
    'It must answer as soon as possible.',
  ])('finds %p', async (clause) => {
    expect(await rules(`# S\n\n${clause}\n`)).toContain('3 vague-word');
  });

  it.each([
    ['a number measures it', 'It must start quickly, within 100 ms.'],
    ['what follows explains it', 'It must be robust: no input makes it panic.'],
    ['the word is in code', 'It must offer `fast` and `easy`.'],
    ['it is no clause', 'The old one was fast and easy.\n\n- R1: stays'],
  ])('is silent where %s', async (_, clause) => {
    expect(await rules(`# S\n\n${clause}\n`)).toEqual([]);
  });

  it('does not take the number of an id for a measure', async () => {
    expect(await rules('- FR-001: System MUST be fast\n')).toEqual(['1 vague-word']);
  });
});

describe('no-outcome', () => {
  it('finds a duty that says only what there is to deal with', async () => {
    expect(await rules('- R1: The system must support multiple sessions.\n- R2: It shall handle user input\n')).toEqual(
      ['1 no-outcome', '2 no-outcome'],
    );
  });

  it.each([
    'The system must support sessions of 30 minutes.',
    'It must handle `SIGTERM`.',
    'It must handle an empty name by returning "Hello".',
    'Users must be able to end all their sessions.',
    'It must support two modes: whole and partial.',
    'It must support modes. Each is chosen by a flag.',
  ])('is silent on %p', async (clause) => {
    expect(await rules(`- R1: ${clause}\n`)).toEqual([]);
  });
});

describe('open-point', () => {
  it('finds marks of what is not decided', async () => {
    expect(await rules('# S\n\n- R1: The limit is TBD\n- R2: It must log [NEEDS CLARIFICATION: where?]\n')).toEqual([
      '3 open-point',
      '4 open-point',
    ]);
    expect(await rules('# S\n\n- R1: a\n\nAuthentication [NEEDS CLARIFICATION: by what?] is later.\n')).toEqual([
      '5 open-point',
    ]);
  });

  it('is silent on code, and on notes that are no clause', async () => {
    expect(await rules('# S\n\nTODO: write an introduction.\n\n- R1: refuses `TODO` and `todo!()`\n')).toEqual([]);
  });
});

describe('undefined-name', () => {
  it.each([
    'The store must write through `SegmentWriter`.',
    'A refused call must give the existing `Error::Refused`.',
    'It must implement the trait `Evict`.',
    'Closing must call `flush_all()`.',
    'It must behave like `crate::pool::Pool`.',
  ])('finds what a clause leans on: %p', async (clause) => {
    expect(await rules(`# S\n\n${clause}\n`, { 'src/lib.rs': 'pub struct Store;\n' })).toEqual(['3 undefined-name']);
  });

  it.each<[string, string, Record<string, string>]>([
    ['the clause brings it in', '- R1: `greet_all(names)` must return a `Greeting`.', {}],
    ['the repository has it', '- R1: writes through `SegmentWriter`', { 'a/b.rs': 'struct SegmentWriter;' }],
    ['the spec defines it', '```rust\nstruct SegmentWriter;\n```\n\n- R1: writes through `SegmentWriter`', {}],
    ['Rust has it', '- R1: implements `std::error::Error`, `Debug` and uses `HashMap`', {}],
    ['it belongs to another crate', '- R1: uses `semver::VersionReq`', {}],
    ['it is no name of Rust', '- R1: uses `--no-verify`, via `POST /items` and `Cargo.toml`', {}],
  ])('is silent where %s', async (_, clause, others) => {
    expect(await rules(`# S\n\n${clause}\n`, others)).toEqual([]);
  });

  it('is silent where there is more code than it reads', async () => {
    const files = Array.from({ length: 401 }, (_, at) => [`src/m${at}.rs`, '//'] as const);
    expect(await rules('- R1: uses `SegmentWriter`\n', Object.fromEntries(files))).toEqual([]);
  });
});

describe('unknown-requirement', () => {
  it('finds mentions of ids that the spec does not have', async () => {
    const spec = '- FR-001: reads\n- FR-002: writes, see FR-004 and FR-001\n\nNFR-1 is elsewhere.\n';
    expect(await findings(spec)).toMatchObject([{ rule: 'unknown-requirement', line: 2, requirement: 'FR-002' }]);
  });

  it.each([
    ['the sentence names another file', '- R1: a\n- R2: b\n\nAs R7 of store.md says.\n'],
    ['the spec depends on another', '---\ndepends-on: b.md\n---\n- R1: a\n- R2: as R7\n'],
    ['only sub-clauses have the number', '- R1.1: a\n- R1.2: b, as R1 says\n'],
    ['it is in code or part of a word', '- R1: a\n- R2: `R7`, R7-bit, xR7\n'],
  ])('is silent where %s', async (_, spec) => {
    expect(await rules(spec)).toEqual([]);
  });
});

describe('contradictory-number', () => {
  it.each([
    ['a name', 'The value of `max_open` must be 10.', '`max_open` is 20, and this must hold.'],
    ['a default', 'It must be limited: `depth` defaults to 3.', 'The option `depth` must default to 4.'],
    ['a quantity', 'The connect timeout must be 30 seconds.', 'It shall give up: the connect timeout is 1 min.'],
    ['a bound', 'The page size must be at most 4 KiB.', 'The page size shall be at most 4 KB.'],
  ])('finds %s with two values', async (_, one, two) => {
    const [found, ...more] = await findings(`# S\n\n## A\n\n${one}\n\n## B\n\n${two}\n`);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ rule: 'contradictory-number', line: 9 });
    expect(found?.text).toMatch(/ here, .* on line 5\. Say which one holds\./);
  });

  it.each([
    ['are equal in another unit', 'The connect timeout must be 60 s.', 'The connect timeout must be 1 minute.'],
    ['are bound and default', '`depth` must be at most 10.', '`depth` must default to 3.'],
    ['are both bounds', '`depth` must be at least 1.', '`depth` must be at most 3.'],
    ['are of two sections', 'The timeout must be 30 s.', 'The timeout must be 60 s.'],
    ['belong to examples', 'With a burst limit of 5 it must pass.', 'With a burst limit of 10 it must pass.'],
    ['are of two things', 'The read timeout must be 30 s.', 'The write timeout must be 60 s.'],
  ])('is silent where two values %s', async (_, one, two) => {
    expect(await rules(`# S\n\n## A\n\n${one}\n\n## B\n\n${two}\n`)).toEqual([]);
  });
});

describe('no-failure', () => {
  it.each([
    'It must read the configuration file.',
    '- R1: Parses requests from a socket',
    'A document must be decoded from JSON.',
  ])('finds %p in a spec that says nothing of failures', async (clause) => {
    expect(await rules(`# S\n\n${clause}\n`)).toEqual(['3 no-failure']);
  });

  it.each([
    ['the clause does', 'It must read the file, or fail with its path.'],
    ['its section does', 'It must read the file. A missing one is empty.'],
    ['a clause elsewhere does', 'It must read the file.\n\n## Other\n\nAn unreadable file must end it.'],
    ['a section on errors does', 'It must read the file.\n\n## Errors\n\nAll errors end the program.'],
    ['the interface does', 'It must read the file.\n\n```rust\nfn load() -> Result<(), LoadError>;\n```'],
    ['nothing comes from outside', 'It must read the counter. It must write both halves.'],
  ])('is silent where %s', async (_, text) => {
    expect(await rules(`# S\n\n${text}\n`)).toEqual([]);
  });

  it('does not take a question for an answer', async () => {
    expect(await rules('# S\n\nIt must read the file.\n\n## Edge Cases\n\n- What if the file is missing?\n')).toEqual([
      '3 no-failure',
    ]);
  });
});

describe('dangling-link', () => {
  const others = {
    'docs/b.md': '# B\n\n## Two words, *here*\n\n## Two words, here\n\n<a id="Mark"></a>\n',
    'src/lib.rs': '',
  };

  it.each([
    ['[x](b.md)', "there is no 'specs/b.md'"],
    ['[x](../docs/b.md#three)', "'docs/b.md' has no heading '#three'"],
    ['[x](#nowhere)', "'specs/a.md' has no heading '#nowhere'"],
    ['![x](/img/a.png)', "there is no 'img/a.png'"],
    ['[x][y]\n\n[y]: ./gone.md', "there is no 'specs/gone.md'"],
  ])('finds %p', async (link, missing) => {
    const found = await findings(`# A\n\n- R1: a\n\n${link}\n`, others);
    expect(found.map(({ rule, text }) => [rule, text])).toEqual([['dangling-link', expect.stringContaining(missing)]]);
  });

  it.each([
    '[x](../docs/b.md)',
    '[x](../docs/b.md#two-words-here)',
    '[x](../docs/b.md#two-words-here-1)',
    '[x](../docs/b.md#mark)',
    '[x](../docs)',
    '[x](/src/lib.rs#L10)',
    '[x](#a)',
    '[x](https://example.org/none)',
    '[x](mailto:a@example.org)',
    '[x](../../issues/7)',
    '[x](../docs/b%2Emd)',
    '`[x](none.md)`',
  ])('is silent on %p', async (link) => {
    expect(await rules(`# A\n\n- R1: a\n\n${link}\n`, others)).toEqual([]);
  });
});

it('one hostile sentence after the other is checked to the end', async () => {
  const long = `# S\n\nIt must ${'use `A_b` '.repeat(5000)}.\n\n${'- R1: a must be fast etc '.repeat(2000)}\n\n${'['.repeat(5000)}\n`;
  expect(Array.isArray(await findings(long))).toBe(true);
});

it('docs/spec-check.md lists every rule as the code has it (UPDATE_DOCS=1 writes it)', async () => {
  const file = new URL('../../docs/spec-check.md', import.meta.url);
  const [intro = ''] = (await readFile(file, 'utf8')).split('| rule |');
  const rows = Object.entries(SPEC_RULES).map(([rule, finds]) => `| \`${rule}\` | ${finds} |`);
  const expected = `${intro}${['| rule | finds |', '| --- | --- |', ...rows].join('\n')}\n`;
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, expected);
  expect(await readFile(file, 'utf8')).toBe(expected);
});
