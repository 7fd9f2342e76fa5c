// Rule of the spec check about one quantity with two values. Only what is named twice in the same words counts; values of
// examples and scenarios differ on purpose.
import type { CheckedSpec, SpecFinding } from './spec-rules.js';
import type { SpecSentence } from './spec-sentences.js';

interface Stated {
  /** What has the value, and in which sense: the default, the most, the least, or just the value. */
  key: string;
  /** What is measured: `time`, `bytes`, or the unit's own word. */
  dimension: string;
  value: number;
  shown: string;
  file: string;
  line: number;
  requirement: string;
}

const NUMBER = String.raw`(\d+(?:[,_]\d{3})*(?:\.\d+)?)(?:\s*(?!(?:and|or|in|for|if|when|by|at|on|to|per|unless|while|but)\b)(%|[a-zA-Zµ]+))?`;
const RELATION = String.raw`(?:(?:must|shall|should|will)\s+)?(be|is|=|:|of|equals|defaults?\s+to|by\s+default\s+is)\s+(?:an?\s+)?(at\s+most|at\s+least|up\s+to|exactly|no\s+more\s+than|less\s+than|more\s+than)?\s*`;
const QUANTITY = String.raw`((?:[a-z][\w-]*\s+){0,2})(timeout|limit|capacity|interval|period|lifetime|ttl|size|length|depth|threshold|delay|retries|attempts|port|rate|window|quota)`;
const OF_NAME = new RegExp(String.raw`^\s*${RELATION}${NUMBER}`, 'i');
const OF_QUANTITY = new RegExp(String.raw`\b${QUANTITY}\s+${RELATION}${NUMBER}`, 'gi');
const IS_EXAMPLE = /^\W*(?:given|when|with|for|if|e\.g\.|example)\b|\b(?:for example|e\.g\.|such as)/i;
const IN_EXAMPLE = /\b(?:with|given|for|when|if|assuming)\s+(?:an?\s+|the\s+)?(?:\w+\s+){0,2}$/i;
const NO_MODIFIER = new Set(
  'the a an its their this that of each every with and or in for by to has have whose where which on as is be'.split(
    ' ',
  ),
);
const UNITS: Readonly<Record<string, readonly [dimension: string, factor: number]>> = {
  ...units('time', { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, sec: 1, second: 1, min: 60, minute: 60, h: 3600 }),
  ...units('time', { millisecond: 1e-3, microsecond: 1e-6, nanosecond: 1e-9, hour: 3600, day: 86_400, week: 604_800 }),
  ...units('bytes', { b: 1, byte: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 }),
};

export function contradictoryNumbers({ clauses }: CheckedSpec): SpecFinding[] {
  const first = new Map<string, Stated>();
  return clauses
    .filter(({ sentence }) => !IS_EXAMPLE.test(sentence.prose))
    .flatMap(({ sentence, requirement }) => statedIn(sentence, requirement))
    .flatMap((stated): SpecFinding[] => {
      const key = `${stated.key} ${stated.dimension}`;
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, stated);
      if (earlier === undefined || Math.abs(earlier.value - stated.value) <= earlier.value * 1e-9) return [];
      const { file, line, requirement } = stated;
      const where = earlier.file === file ? `line ${earlier.line}` : `line ${earlier.line} of ${earlier.file}`;
      const text = `${stated.shown} here, ${earlier.shown} on ${where}. Say which one holds.`;
      return [{ rule: 'contradictory-number', file, line, requirement, text }];
    });
}

function statedIn(sentence: SpecSentence, requirement: string): Stated[] {
  const { text, prose, file, line, heading } = sentence;
  const place = { file, line, requirement };
  const named = sentence.code
    .filter(({ value, start }) => /^[A-Za-z_]\w*$/.test(value) && !IN_EXAMPLE.test(before(prose, start)))
    .flatMap(({ value, start }) => {
      const [, relation = '', bound = '', number = '', unit = ''] =
        OF_NAME.exec(text.slice(start + value.length, start + value.length + 80)) ?? [];
      if (number === '') return [];
      return [
        {
          ...measured(number, unit),
          key: `\`${value}\` ${sense(relation, bound)}`,
          shown: `\`${value}\` ${shown(relation, bound, number, unit)}`,
          ...place,
        },
      ];
    });
  const spoken = [...prose.matchAll(OF_QUANTITY)]
    .filter(({ index }) => !IN_EXAMPLE.test(before(prose, index)))
    .flatMap(([whole, modifiers = '', noun = '', relation = '', bound = '', number = '', unit = '']) => {
      const words = modifiers
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== '' && !NO_MODIFIER.has(word));
      if (/^x+$/.test(words.join('')) && words.length > 0) return [];
      // A bare noun means what its section is about.
      const scope = words.length === 0 ? `${heading}: ` : '';
      const key = `${scope}${[...words, noun.toLowerCase()].join(' ')} ${sense(relation, bound)}`;
      return [{ ...measured(number, unit), key, shown: `'${whole.trim()}'`, ...place }];
    });
  return [...named, ...spoken];
}

/** What stands in front, as far as it is looked at: a search in the whole would take quadratic time on a long sentence. */
function before(prose: string, at: number): string {
  return prose.slice(Math.max(0, at - 60), at);
}

function sense(relation: string, bound: string): string {
  if (/default/i.test(relation)) return 'default';
  if (/at\s+most|up\s+to|no\s+more|less/i.test(bound)) return 'most';
  return /at\s+least|more/i.test(bound) ? 'least' : 'value';
}

function measured(number: string, unit: string): { value: number; dimension: string } {
  const value = Number(number.replace(/[,_]/g, ''));
  const word = unit.toLowerCase();
  const known = UNITS[word] ?? UNITS[word.replace(/s$/, '')];
  return known === undefined
    ? { value, dimension: word.replace(/s$/, '') }
    : { value: value * known[1], dimension: known[0] };
}

function shown(relation: string, bound: string, number: string, unit: string): string {
  return [relation.replace(/^be$/i, 'is'), bound, number, unit].filter((part) => part !== '').join(' ');
}

function units(dimension: string, factors: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(factors).map(([unit, factor]) => [unit, [dimension, factor] as const]));
}
