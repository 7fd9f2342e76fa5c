// Finds `unsafe` blocks and impls without a `// SAFETY:` comment just above them. Unsafe functions and traits are left to
// clippy's `missing_safety_doc`.
import type { LineFinding } from './audit-rules.js';
import type { SourceItems } from './rust-items.js';
import { commentsBetween } from './rust-items.js';
import type { Comment, Token } from './rust-tokens.js';

const SAFETY = /\bsafety\b\s*(comment)?s?\s*:/i;

/** Every unsafe block and impl of a source that no comment explains. */
export function unexplainedUnsafe({ tokens, comments }: SourceItems): LineFinding[] {
  const byEndLine = new Map<number, Comment[]>();
  for (const comment of comments) byEndLine.set(comment.endLine, [...(byEndLine.get(comment.endLine) ?? []), comment]);
  const firstOfLine = new Map<number, Token>();
  for (const token of tokens) if (!firstOfLine.has(token.line)) firstOfLine.set(token.line, token);

  /** Whether the comments directly above a line, attributes and blank lines between allowed, name the reason. */
  const isExplainedAbove = (line: number): boolean => {
    for (let above = line - 1; above > 0; above--) {
      const found = byEndLine.get(above) ?? [];
      if (found.some(({ text }) => SAFETY.test(text))) return true;
      const last = found.at(-1);
      const code = firstOfLine.get(above);
      if (code !== undefined && code.text !== '#') return false;
      if (code === undefined && last === undefined && isBlank(above - 1)) return false;
      if (last !== undefined) above = last.line;
    }
    return false;
  };
  const isBlank = (line: number) => !byEndLine.has(line) && !firstOfLine.has(line);

  return tokens.flatMap((token, i): LineFinding[] => {
    if (token.text !== 'unsafe' || token.kind !== 'word') return [];
    const next = tokens[i + 1];
    if (next?.text !== '{' && next?.text !== 'impl') return [];
    const inside = next.text === '{' ? commentsBetween(comments, i + 2, i + 2) : [];
    const beside = commentsBetween(comments, i, i).filter((comment) => comment.endLine === token.line);
    if ([...inside, ...beside].some(({ text }) => SAFETY.test(text))) return [];
    if (isExplainedAbove(token.line) || isExplainedAbove(tokens[statementStart(tokens, i)]?.line ?? token.line))
      return [];
    const what = next.text === '{' ? 'block' : 'impl';
    const text = `\`unsafe\` ${what} without a \`// SAFETY:\` comment just above`;
    return [{ rule: 'unsafe-unexplained', line: token.line, text }];
  });
}

/** Index of the first token of the statement, match arm or item that a token stands in. */
function statementStart(tokens: readonly Token[], at: number): number {
  for (let i = at - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.text === '}' && token.pair >= 0) {
      const isArgument = /^[.?)]$/.test(tokens[i + 1]?.text ?? '');
      if (!isArgument) return i + 1;
      i = token.pair;
    } else if (token.pair >= 0 && token.pair < i) i = token.pair;
    else if (token.text === ';' || token.text === '{' || token.text === '=>') return i + 1;
  }
  return 0;
}
