// Cuts the operations that the tests' GitHub double answers out of GitHub's OpenAPI description. The package is large
// (385 MB), so it is no dependency: install @octokit/openapi in a scratch folder and give that folder here.
//
//   node scripts/openapi-slice.mjs <folder of @octokit/openapi>
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const OPERATIONS = [
  'repos/get',
  'repos/get-branch',
  'repos/get-branch-rules',
  'repos/get-repo-ruleset',
  'repos/get-collaborator-permission-level',
  'pulls/list',
  'pulls/create',
  'pulls/get',
  'pulls/update',
  'pulls/request-reviewers',
  'issues/add-labels',
  'issues/list-comments',
  'issues/create-comment',
  'issues/get-comment',
  'issues/update-comment',
  'git/create-blob',
  'git/create-tree',
  'git/create-commit',
  'git/create-ref',
  'git/update-ref',
  'reactions/create-for-issue-comment',
  'reactions/create-for-pull-request-review-comment',
];
/** Descriptions and examples make nine tenths of the text and check nothing. */
const DROPPED = new Set(['example', 'examples', 'description', 'title', 'externalDocs', 'tags', 'headers', 'summary']);

const source = process.argv[2];
if (!source) throw new Error('Give the folder of an installed @octokit/openapi.');
const document = JSON.parse(await readFile(path.join(source, 'generated', 'api.github.com.json'), 'utf8'));
const { version } = JSON.parse(await readFile(path.join(source, 'package.json'), 'utf8'));

/** A copy without prose. Inside `properties` the keys are names of data ("title", "description") and all stay. */
function slim(node, isNames = false) {
  if (Array.isArray(node)) return node.map((item) => slim(item));
  if (node === null || typeof node !== 'object') return node;
  const kept = Object.entries(node).filter(([key]) => isNames || !(DROPPED.has(key) || key.startsWith('x-')));
  return Object.fromEntries(kept.map(([key, value]) => [key, slim(value, key === 'properties' && !isNames)]));
}

function target(reference) {
  const keys = reference.slice(2).split('/');
  return { keys, value: keys.reduce((node, key) => node[key], document) };
}

function copyReferences(node, into) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.$ref === 'string') {
    const { keys, value } = target(node.$ref);
    const last = keys.at(-1);
    const parent = keys.slice(0, -1).reduce((place, key) => (place[key] ??= {}), into);
    if (parent[last] === undefined) {
      parent[last] = slim(value);
      copyReferences(parent[last], into);
    }
  }
  for (const value of Object.values(node)) copyReferences(value, into);
}

const slice = { openapi: document.openapi, info: { source: '@octokit/openapi', version, license: 'MIT' }, paths: {} };
const wanted = new Set(OPERATIONS);
for (const [route, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (!wanted.delete(operation.operationId)) continue;
    const { operationId, parameters = [], requestBody, responses } = operation;
    const succeeded = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    (slice.paths[route] ??= {})[method] = slim({
      operationId,
      parameters: parameters.map((parameter) => (parameter.$ref ? target(parameter.$ref).value : parameter)),
      ...(requestBody && { requestBody }),
      responses: Object.fromEntries(succeeded),
    });
    copyReferences(slice.paths[route][method], slice);
  }
}
if (wanted.size > 0) throw new Error(`The description has no operation ${[...wanted].join(', ')}.`);

const support = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '__tests__', 'support');
await writeFile(path.join(support, 'openapi-slice.json'), `${JSON.stringify(slice)}\n`);
const notice = await readFile(path.join(source, 'LICENSE'), 'utf8');
const origin = `openapi-slice.json is an excerpt of @octokit/openapi ${version}, made by scripts/openapi-slice.mjs.`;
await writeFile(path.join(support, 'openapi-slice.LICENSE'), `${origin}\n\n${notice}`);
