// Makes our TypeScript sources loadable by node, for benchmarks of single rooms.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The rooms as JavaScript; `node_modules` is found where the sources expect it. */
export function transpile(folder) {
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
