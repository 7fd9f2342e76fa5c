// The page's own style sheet and script, which lie beside this file as what they are, and the policy that lets a browser
// run these two and nothing else.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface PageCode {
  style: string;
  script: string;
  /** For a `meta` element: no network at all, and no code besides the two. */
  policy: string;
}

/** Reads the files. The bundler copies each one that is named by a literal `new URL(…, import.meta.url)`. */
export function pageCode(): PageCode {
  const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
  const parts = [
    readFileSync(new URL('./client/page-lines.js', import.meta.url), 'utf8'),
    readFileSync(new URL('./client/page-text-view.js', import.meta.url), 'utf8'),
    readFileSync(new URL('./client/page-find.js', import.meta.url), 'utf8'),
    readFileSync(new URL('./client/page-search.js', import.meta.url), 'utf8'),
    readFileSync(new URL('./client/page-places.js', import.meta.url), 'utf8'),
    readFileSync(new URL('./client/page-start.js', import.meta.url), 'utf8'),
  ];
  const script = `(() => {\n'use strict';\n${parts.join('\n')}})();\n`;
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    `script-src ${hashSource(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { style, script, policy };
}

function hashSource(code: string): string {
  return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
}
