// Runs both audits over folders of Rust crates, unchanged (base = head) and as if all of it were new, and prints the
// findings by rule and the time. Crates come from `cargo vendor`; the sources are transpiled into a temporary folder.
//
//   node bench/audit-crates.mjs [--show RULE] [--limit N] FOLDER...
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transpile } from './transpile.mjs';

const { values, positionals } = parseArgs({
  options: { show: { type: 'string', multiple: true, default: [] }, limit: { type: 'string', default: '20' } },
  allowPositionals: true,
});

function rustSources(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

const folder = mkdtempSync(path.join(tmpdir(), 'audit-crates-'));
try {
  transpile(folder);
  const load = (name) => import(pathToFileURL(path.join(folder, 'src', name)).href);
  const { openRustSyntax } = await load('workshop/rust-syntax.js');
  const { auditTests } = await load('verify/test-audit.js');
  const { auditCode } = await load('verify/code-audit.js');
  const { findTests } = await load('verify/test-functions.js');
  const { itemReader } = await load('verify/rust-items.js');
  const { isLibraryByLayout } = await load('verify/module-tree.js');
  const syntax = await openRustSyntax();
  const totals = { lines: 0, tests: 0, newMs: 0, unchangedMs: 0, unchanged: 0 };
  const byRule = new Map();
  for (const crate of positionals) {
    const head = rustSources(crate);
    const changed = new Set(head.keys());
    const lines = new Map([...head].map(([name, text]) => [name, text.split('\n').map((_, index) => index + 1)]));
    const isLibrary = isLibraryByLayout(head.keys());
    const started = performance.now();
    const found = [
      ...auditTests({ syntax, base: new Map(), head, changed }),
      ...auditCode({ syntax, head, added: lines, isLibrary }),
    ];
    totals.newMs += performance.now() - started;
    const again = performance.now();
    const unchanged = [
      ...auditTests({ syntax, base: head, head, changed }),
      ...auditCode({ syntax, head, added: new Map(), isLibrary }),
    ];
    totals.unchangedMs += performance.now() - again;
    totals.unchanged += unchanged.length;
    for (const text of head.values())
      totals.tests += findTests(syntax, itemReader(syntax)(text)).tests.filter((t) => t.kind !== 'doc').length;
    for (const list of lines.values()) totals.lines += list.length;
    for (const finding of unchanged) console.log(`UNCHANGED ${crate}/${finding.path}:${finding.line} ${finding.text}`);
    for (const finding of found) {
      byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), { crate: path.basename(crate), ...finding }]);
    }
  }
  const per = (ms) => `${Math.round((ms * 10_000) / totals.lines)} ms per 10,000 lines`;
  console.log(`${positionals.length} crates, ${totals.lines} lines, ${totals.tests} tests`);
  console.log(`base = head: ${totals.unchanged} findings, ${per(totals.unchangedMs)}`);
  console.log(`base empty: ${per(totals.newMs)}`);
  for (const [rule, findings] of [...byRule].sort()) {
    const blocking = findings.filter((finding) => finding.blocking).length;
    console.log(`${String(findings.length).padStart(6)} ${rule} (${blocking} blocking)`);
    if (!values.show.includes(rule)) continue;
    const step = Math.max(1, Math.floor(findings.length / Number(values.limit)));
    for (const [index, { crate, path: file, line, text }] of findings.entries())
      if (index % step === 0) console.log(`         ${crate}/${file}:${line} ${text}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
