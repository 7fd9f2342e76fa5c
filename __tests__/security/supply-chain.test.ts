// What we and those who copy our examples run: pinned actions, least rights, no code made of text in the bundle.
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Step {
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: Readonly<Record<string, string>>;
  concurrency?: unknown;
  'timeout-minutes'?: number;
  uses?: string;
  steps?: Step[];
}
interface Workflow {
  on: unknown;
  permissions?: Readonly<Record<string, string>>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

/** Every workflow of ours, and every one that the README shows. */
function workflows(): [name: string, workflow: Workflow][] {
  const files = ['.github/workflows', 'examples/workflows'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  const shown = [...text('README.md').matchAll(/^```ya?ml\n(.*?)^```/gms)].map(([, block = '']) => block);
  return [
    ...files.map((file): [string, string] => [file, text(file)]),
    ...shown.map((block, at): [string, string] => [`README.md, block ${at + 1}`, block]),
  ]
    .map(([name, source]): [string, Workflow] => [name, parse(source) as Workflow])
    .filter(([, workflow]) => 'jobs' in Object(workflow));
}

/** Packages that our sources import or name by their files, with the versions that package.json wants. */
function bundledPackages(): ReadonlyMap<string, string> {
  const { devDependencies } = JSON.parse(text('package.json')) as { devDependencies: Record<string, string> };
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => text(`src/${name}`))
    .join('\n');
  const named = sources.matchAll(
    /^import (?!type ).*?from '([^'.]+)|import\('([^'.]+)'\)|^} from '([^'.]+)|node_modules\/([\w@-]+)/gm,
  );
  const names = new Set([...named].map((found) => packageOf(found.slice(1).find(Boolean) ?? '')));
  return new Map(Object.entries(devDependencies).filter(([name]) => names.has(name)));
}

/** `@scope/name/lib/file` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

describe.each(workflows())('%s', (name, workflow) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps ?? []);

  it('pins every action by its whole commit', () => {
    const used = [...steps, ...jobs].flatMap(({ uses }) => (uses === undefined || uses.startsWith('./') ? [] : [uses]));
    expect(used.filter((uses) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses))).toEqual([]);
  });

  it('grants rights by name, never all of them', () => {
    for (const granted of [workflow.permissions, ...jobs.map((job) => job.permissions)])
      if (granted !== undefined) expect(typeof granted).toBe('object');
    const silent = jobs.filter((job) => job.permissions === undefined);
    if (silent.length > 0) expect(workflow.permissions).toBeDefined();
  });

  it('ends by itself', () => {
    for (const job of jobs) if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('leaves no token in a checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const { with: inputs } of checkouts) expect(inputs?.['persist-credentials']).toBe(false);
  });

  it('uploads a report whenever there is one, and fails for no other reason where a run was refused', () => {
    const uploads = steps.filter(
      ({ uses, with: inputs }) =>
        uses?.startsWith('actions/upload-artifact@') && /\.report-dir\b/.test(String(inputs?.path)),
    );
    const guards = uploads.filter(
      ({ if: guard }) => !/^always\(\) && steps\.[\w-]+\.outputs\.report-dir != ''$/.test(guard ?? ''),
    );
    expect(guards).toEqual([]);
  });

  it('puts no expression into a script, but for values of the matrix, which stand in the same file', () => {
    expect(steps.filter(({ run }) => /\$\{\{(?!\s*matrix\.\w+\s*\}\})/.test(run ?? ''))).toEqual([]);
  });

  it('starts on no event that gives strangers its secrets', () => {
    expect(JSON.stringify(workflow.on)).not.toMatch(/pull_request_target|workflow_run/);
  });

  it('does not run beside itself', () => {
    // The README's is as short as can be; the examples it names have it.
    if (name.startsWith('README') || workflow.concurrency !== undefined) return;
    // A job that calls a workflow leaves it to that one; a job that only reads may run as often as it likes.
    const rights = (job: (typeof jobs)[number]) => Object.values(job.permissions ?? workflow.permissions ?? {});
    for (const job of jobs)
      if (job.uses === undefined && rights(job).includes('write')) expect(job.concurrency).toBeDefined();
  });
});

describe('the bundle', () => {
  /** What stands there; the reason is why no text of others reaches it. Whatever is not listed fails. */
  const REVIEWED = [
    'eval(str) || {};', // gray-matter's engine for JavaScript, which front-matter.ts replaces by one that refuses
    'new Function(params, source.slice(body[0] + 1, body[1] - 1));', // js-yaml's !!js/function: not in the schema used
    "new Function(params, 'return ' + source.slice(body[0], body[1]));", // the same
    'eval(func);', // web-tree-sitter, for wasm that brings JavaScript along; our one grammar is in dist/ and has none
  ];

  it('makes no code out of text but in places that were looked at', () => {
    const found = readdirSync(path.join(ROOT, 'dist'))
      .filter((name) => /\.c?js$/.test(name))
      .flatMap((name) => text(`dist/${name}`).split('\n'))
      .filter((line) => !/^\s*(\*|\/\/)/.test(line))
      .flatMap((line) => [...line.matchAll(/(?<![\w.$])(eval|(new )?Function)\([^)].{0,80}/g)].map(([match]) => match));
    expect([...new Set(found)].filter((match) => !REVIEWED.includes(match))).toEqual([]);
  });

  it('is made of few packages of others, each pinned exactly', () => {
    const versions = bundledPackages();
    expect(versions.size).toBeGreaterThan(10);
    expect(versions.size).toBeLessThanOrEqual(24);
    expect([...versions.values()].filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('needs none of them where it is installed: all are in it', () => {
    const manifest = JSON.parse(text('package.json')) as Record<string, unknown>;
    const installed = ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies'];
    expect(installed.filter((kind) => manifest[kind] !== undefined)).toEqual([]);
  });

  it('runs no script of a package at installation', () => {
    expect(text('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    expect(text('.ci/run').match(/npm \S+/g)).toEqual(['npm cit', 'npm run']);
  });

  it('names the licence of every package in it', () => {
    const licences = text('dist/licenses.txt');
    for (const [name, version] of bundledPackages()) expect(licences).toContain(`\n${name} ${version} (`);
  });
});
