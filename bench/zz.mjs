// Runs both audits over folders of Rust crates, unchanged (base = head) and as if all of it were new, and prints the
// findings by rule and the time. Crates come from `cargo vendor`; the sources are transpiled into a temporary folder.
//
//   node bench/audit-crates.mjs [--show RULE] [--limit N] FOLDER...
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transformSync } from '@swc/core';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({
  options: { show: { type: 'string', multiple: true, default: [] }, limit: { type: 'string', default: '20' } },
  allowPositionals: true,
});

/** The rooms as JavaScript; `node_modules` is found where the sources expect it. */
function transpile(folder) {
  const source = path.join(ROOT, 'src');
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const target = path.join(folder, 'src', name.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    const { code } = transformSync(readFileSync(path.join(source, name), 'utf8'), {
      filename: name,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    writeFileSync(target, code);
  }
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
}

function rustSources(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
  return new Map(names.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

const folder = mkdtempSync(path.join(ROOT, 'bench', '.transpiled-'));
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

  const [oldDir,newDir]=positionals; const base=rustSources(oldDir), head=rustSources(newDir);
  const changed=new Set([...base.keys(),...head.keys()].filter(k=>base.get(k)!==head.get(k)));
  for (const f of auditTests({syntax,base,head,changed})) if(!values.show.length||values.show.includes(f.rule)) console.log(f.blocking?'!':' ',f.rule,f.path+':'+f.line,f.text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
