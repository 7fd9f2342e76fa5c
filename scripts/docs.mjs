// Writes the tables of inputs and outputs from the actions' files: README.md from action.yml, pages of docs/ from those of
// the other actions. With --check it changes nothing and fails if they differ, or if an action in the README or in a workflow is not pinned to a full commit id.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const WORKFLOW_FOLDERS = ['.github/workflows', 'examples/workflows'];
/** Our own action and anything below it may be named by a tag as well. */
const OWN_ACTION = /^ferrule-dev\/ferrule(\/[\w./-]+)?@/;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;

const read = (path) => readFileSync(join(root, path), 'utf8');

/** Text of one table cell: one line, with the character that ends a cell escaped. */
const cell = (text) => String(text).trim().replace(/\s+/g, ' ').replaceAll('|', '\\|');

function inputsTable(inputs) {
  const rows = Object.entries(inputs).map(([name, { description, required, default: preset }]) => {
    const entries = String(preset ?? '').split('\n');
    const shown = preset === undefined ? '' : entries.map((entry) => `\`${cell(entry)}\``).join(', ');
    return `| \`${name}\` | ${required ? '**required**' : shown} | ${cell(description)} |`;
  });
  return ['| input | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function outputsTable(outputs) {
  const rows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`);
  return ['| output | meaning |', '| --- | --- |', ...rows].join('\n');
}

function replaceBetween(text, marker, replacement, file) {
  const [open, close] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${file} has no '${open}' … '${close}'.`);
  return `${text.slice(0, start + open.length)}\n\n${replacement}\n\n${text.slice(end)}`;
}

/** Every value of a `uses` key, at any depth. */
function usesOf(node) {
  if (node === null || typeof node !== 'object') return [];
  const own = typeof node.uses === 'string' ? [node.uses] : [];
  return [...own, ...Object.values(node).flatMap(usesOf)];
}

function problemsOfYaml(place, text) {
  const documents = parseAllDocuments(text);
  const errors = documents.flatMap((document) => document.errors.map((error) => `${place}: ${error.message}`));
  if (errors.length > 0) return errors;
  return documents
    .flatMap((document) => usesOf(document.toJS()))
    .filter((uses) => !PINNED.test(uses) && !OWN_ACTION.test(uses) && !uses.startsWith('./'))
    .map((uses) => `${place}: '${uses}' is not pinned to a full commit id`);
}

function problemsOfWorkflows(readme) {
  const blocks = [...readme.matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  const files = WORKFLOW_FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  return [
    ...blocks.flatMap((block, index) => problemsOfYaml(`README.md, YAML block ${index + 1}`, block)),
    ...files.flatMap((file) => problemsOfYaml(file, read(file))),
  ];
}

/** Each action with the page that has its tables, between these markers. */
const TABLES = [
  { action: 'action.yml', page: 'README.md', markers: ['inputs', 'outputs'] },
  { action: 'publish/action.yml', page: 'docs/security.md', markers: ['publish-inputs', 'publish-outputs'] },
  { action: 'plan/action.yml', page: 'docs/scale.md', markers: ['plan-inputs', 'plan-outputs'] },
  {
    action: 'fleet-report/action.yml',
    page: 'docs/scale.md',
    markers: ['fleet-report-inputs', 'fleet-report-outputs'],
  },
];

const problems = problemsOfWorkflows(read('README.md'));
for (const { action, page, markers } of TABLES) {
  const { inputs, outputs } = parse(read(action));
  const before = read(page);
  const withInputs = replaceBetween(before, markers[0], inputsTable(inputs), page);
  const after = replaceBetween(withInputs, markers[1], outputsTable(outputs), page);
  if (after === before) continue;
  if (process.argv.includes('--check')) problems.push(`${page}: tables differ from ${action}; run \`npm run docs\``);
  else writeFileSync(join(root, page), after);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log('The tables agree with the actions; every action is pinned.');
