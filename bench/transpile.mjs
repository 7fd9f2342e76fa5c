// Makes our TypeScript loadable by node, for benchmarks.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Sources as JavaScript, in the same places; what lies beside them is found where they expect it.
 * @param folder an empty one @param parts folders of the repository: the rooms, unless told otherwise
 */
export function transpile(folder, parts = ['src']) {
  for (const part of parts) transpilePart(folder, part);
  for (const name of ['node_modules', 'dist', 'action.yml', 'agents'])
    symlinkSync(path.join(ROOT, name), path.join(folder, name));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
}

function transpilePart(folder, part) {
  for (const name of readdirSync(path.join(ROOT, part), { recursive: true, encoding: 'utf8' })) {
    const target = path.join(folder, part, name.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    if (/\.(?:json|css|js)$/.test(name)) symlinkSync(path.join(ROOT, part, name), target);
    if (!name.endsWith('.ts')) continue;
    const { code } = transformSync(readFileSync(path.join(ROOT, part, name), 'utf8'), {
      filename: name,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    writeFileSync(target, code);
  }
}
