// Builds dist/ from src/start-up.ts: the bundle with its source maps, the entries of the command line and of the other
// actions, and the licences of everything bundled. The same sources and lock file give the same bytes in any folder; types
// are checked elsewhere.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

/** Packages whose files reach dist/ by ncc's own hand; no source map mentions them. */
const ADDED_BY_NCC = ['@vercel/ncc'];
const LICENCES_INTRODUCTION = `Packages bundled into dist/, with their licences.

dist/sourcemap-register.cjs is copied from @vercel/ncc, which built it from source-map-support (MIT, Copyright (c) 2014
Evan Wallace), source-map (BSD-3-Clause, Copyright (c) 2009-2011, Mozilla Foundation and contributors) and buffer-from
(MIT, Copyright (c) 2016, 2018 Linus Unnebäck).
`;

const CLI = `#!/usr/bin/env node
// Starts the bundle as a command line instead of as an action.
process.env.FERRULE_ENTRY = 'cli';
await import('./index.js');
`;

/** The other actions by the name of their folder and entry, with what each is. */
const ACTIONS = {
  publish: 'publishes what another job left',
  plan: 'plans which specs run in which wave',
  'fleet-report': 'sums up the runs of a plan',
};
const entryOf = (name, what) => `// Starts the bundle as the action that ${what} (${name}/action.yml).
process.env.FERRULE_ENTRY = '${name}';
await import('./index.js');
`;

function bundle() {
  rmSync(dist, { recursive: true, force: true }); // ncc leaves chunks of earlier builds behind
  const ncc = join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
  const flags = ['--out', 'dist', '--source-map', '--transpile-only', '--no-cache', '--quiet'];
  const built = spawnSync(process.execPath, [ncc, 'build', 'src/start-up.ts', ...flags], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

/**
 * Every package with a file in the bundle. ncc's own `--license` writes one list per chunk under one name, so that the
 * last chunk's list wins; the source maps know all of it. Files that are copied whole (wasm) are in no map: their
 * packages are found in our sources, which name them as `../node_modules/<package>/…`.
 */
function bundledPackages() {
  const folders = new Set(ADDED_BY_NCC.map((name) => `node_modules/${name}`));
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.map'))) {
    for (const source of JSON.parse(readFileSync(join(dist, file), 'utf8')).sources) {
      addPackageFolder(folders, source);
      const ours = /^(?:\.\.?\/)+(src\/.*\.ts)$/.exec(source)?.[1];
      if (ours === undefined) continue;
      const paths = readFileSync(join(root, ours), 'utf8').matchAll(/\.\/(node_modules\/[\w@./-]+)/g);
      for (const [, path] of paths) addPackageFolder(folders, path);
    }
  }
  return [...folders].filter((folder) => existsSync(join(root, folder, 'package.json')));
}

function addPackageFolder(folders, source) {
  const match = /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(source);
  if (match) folders.add(match[1]);
}

function licenceEntry(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const files = readdirSync(join(root, folder)).filter((name) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(name));
  const texts = files.sort().map((name) =>
    readFileSync(join(root, folder, name), 'utf8')
      .replace(/\r\n/g, '\n')
      .trim(),
  );
  const text = texts.join('\n\n') || 'The package ships no licence text.';
  return { title: `${manifest.name} ${manifest.version} (${manifest.license ?? 'no licence stated'})`, text };
}

function writeLicences() {
  const entries = new Map(
    bundledPackages()
      .map((folder) => licenceEntry(folder))
      .map(({ title, text }) => [title, text]),
  );
  // Code unit order, not the locale's: the file must not depend on the machine.
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const body = sorted.map(([title, text]) => `${'-'.repeat(80)}\n${title}\n\n${text}\n`).join('\n');
  writeFileSync(join(dist, 'licenses.txt'), `${LICENCES_INTRODUCTION}\n${body}`);
  return sorted.length;
}

bundle();
writeFileSync(join(dist, 'cli.js'), CLI);
chmodSync(join(dist, 'cli.js'), 0o755);
for (const [name, what] of Object.entries(ACTIONS)) writeFileSync(join(dist, `${name}.js`), entryOf(name, what));
const licences = writeLicences();
console.log(`dist/ built: ${readdirSync(dist).length} files, licences of ${licences} packages.`);
