// Audits the lines a change added to code that is not tests: ways to panic in a library, stubs, unexplained `unsafe`,
// silenced lints, missing documentation. Lints that need types (redundant clones and their kind) are clippy's, in the
// gate `clippy`. Names are taken at their word: an `unwrap` that is not the standard library's is found as well.
import type { RustSyntax } from '../workshop/workshop.js';
import type { AuditRule, AuditSeverities, Finding, LineFinding } from './audit-rules.js';
import { applySeverities } from './audit-rules.js';
import { missingDocs } from './missing-docs.js';
import { ModuleTree } from './module-tree.js';
import type { RustItem, SourceItems } from './rust-items.js';
import { isTestOnly, itemReader } from './rust-items.js';
import type { Token } from './rust-tokens.js';
import { unexplainedUnsafe } from './unsafe-comments.js';

interface CodeAuditTerms {
  syntax: RustSyntax;
  /** All Rust sources of the change, path → text. */
  head: ReadonlyMap<string, string>;
  /** Path → numbers (1-based) of the lines the change added. */
  added: ReadonlyMap<string, readonly number[]>;
  /** Whether a file belongs to a library target: not tests, benches, examples, binaries, build scripts. */
  isLibrary(path: string): boolean;
  /** Whether a file is code of tests, benches or examples; without it, folders and `#[cfg(test)] mod` tell. */
  isTestCode?(path: string): boolean;
  /** By a file's path; the defaults when absent. */
  severities?: (path: string) => AuditSeverities;
}

const PANICKING = /^(unwrap|expect)(_err|_none)?$/;
const LEFTOVERS: ReadonlyMap<string, AuditRule> = new Map([
  ['todo', 'todo-left'],
  ['unimplemented', 'unimplemented-left'],
  ['dbg', 'debug-print-left'],
]);
/** Macros whose argument is not run where it stands. */
const QUOTING = /^(stringify|quote|quote_spanned|parse_quote|parse_quote_spanned|concat|include_str|doc|rustfmt_skip)$/;

/** Every finding on added lines, in the order of files and lines. */
export function auditCode(terms: CodeAuditTerms): Finding[] {
  const modules = new ModuleTree(itemReader(terms.syntax), terms.head);
  const isTestCode = (path: string) => terms.isTestCode?.(path) ?? modules.isTestFile(path);
  const drafts: Omit<Finding, 'blocking'>[] = [];
  const ownMethods = new Set<string>();
  for (const text of terms.head.values())
    for (const [, name] of text.matchAll(/\bfn (unwrap|expect)\w*\s*[<(]/g)) ownMethods.add(name ?? '');
  for (const path of [...terms.added.keys()].sort()) {
    if (!path.endsWith('.rs') || isTestCode(path)) continue;
    const source = modules.source(path);
    if (source === undefined) continue;
    const added = new Set(terms.added.get(path));
    const isLibrary = terms.isLibrary(path);
    const isTestLine = testLines(source);
    const found = [
      ...(isLibrary ? panics(source, ownMethods) : []),
      ...leftovers(source),
      ...unexplainedUnsafe(source),
      ...silencedLints(source),
      ...(isLibrary ? missingDocs(source, (item) => modules.isReachable(path, item)) : []),
    ];
    const kept = found.filter(({ line }) => added.has(line) && !isTestLine(line));
    kept.sort((a, b) => a.line - b.line);
    drafts.push(...kept.map((finding) => ({ ...finding, path })));
  }
  return applySeverities(drafts, terms.severities ?? (() => ({})));
}

/** `.unwrap()`, `Option::unwrap`, `.expect("…")`, `panic!`. */
function panics({ tokens }: SourceItems, ownMethods: ReadonlySet<string>): LineFinding[] {
  return occurrences(tokens).flatMap((i): LineFinding[] => {
    const token = tokens[i];
    const before = tokens[i - 1]?.text;
    if (token === undefined) return [];
    if (token.text === 'panic' && isMacro(tokens, i))
      return [{ rule: 'panic-used', line: token.line, text: '`panic!` in library code' }];
    if (!PANICKING.test(token.text) || (before !== '.' && before !== '::')) return [];
    const name = token.text.startsWith('unwrap') ? 'unwrap' : 'expect';
    const isPath = before === '::' && /^(Option|Result)$/.test(tokens[i - 2]?.text ?? '');
    const open = i + 1;
    const isCall = before === '.' && tokens[open]?.text === '(';
    const isEmpty = tokens[open]?.pair === open + 1;
    if (!isPath && !(isCall && isEmpty === (name === 'unwrap'))) return [];
    // A type of the crate has a method of this name: a parser's `self.expect(…)` is no `Result::expect`.
    if (isCall && ownMethods.has(name) && (name === 'unwrap' || tokens[i - 2]?.text === 'self')) return [];
    if (isCall && name === 'expect' && ownMethods.has(name) && tokens[open + 1]?.kind !== 'literal') return [];
    const rule: AuditRule = name === 'unwrap' ? 'unwrap-used' : 'expect-used';
    return [{ rule, line: token.line, text: `\`${token.text}\` in library code` }];
  });
}

/** `todo!`, `unimplemented!`, `dbg!`. */
function leftovers({ tokens }: SourceItems): LineFinding[] {
  return occurrences(tokens).flatMap((i) => {
    const token = tokens[i];
    if (token === undefined || !isMacro(tokens, i)) return [];
    const rule = LEFTOVERS.get(token.text);
    if (rule === undefined) return [];
    return [{ rule, line: token.line, text: `\`${token.text}!\` left in code` }];
  });
}

function silencedLints({ attributes }: SourceItems): LineFinding[] {
  return attributes
    .filter(({ path }) => path === 'allow' || path === 'expect')
    .map(({ path, argument, line }) => {
      const [lints = '', reason] = argument.split(/ ?,? ?reason = /);
      const text = `\`${path}(${lints.replaceAll(' ', '').replace(/,$/, '').replaceAll(',', ', ')})\` silences a lint`;
      if (reason === undefined) return { rule: 'lint-silenced' as const, line, text: `${text} without a reason` };
      return { rule: 'lint-silenced-with-reason' as const, line, text: `${text}: ${reason}` };
    });
}

/** Indices of the words that run where they stand. */
function occurrences(tokens: readonly Token[]): number[] {
  const found: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.kind !== 'word') continue;
    if (isMacro(tokens, i) && QUOTING.test(token.text)) i = tokens[i + 2]?.pair ?? i;
    else found.push(i);
  }
  return found;
}

function isMacro(tokens: readonly Token[], i: number): boolean {
  return tokens[i + 1]?.text === '!' && (tokens[i + 2]?.pair ?? -1) > i + 2;
}

function testLines({ items, tokens }: SourceItems): (line: number) => boolean {
  const isTest = (item: RustItem) =>
    isTestOnly(item) || item.attributes.some(({ path }) => /(^|:)(test|rstest|bench)$/.test(path));
  const ranges = items.filter(isTest).map((item) => [tokens[item.from]?.line ?? item.line, item.endLine] as const);
  return (line) => ranges.some(([from, to]) => line >= from && line <= to);
}
