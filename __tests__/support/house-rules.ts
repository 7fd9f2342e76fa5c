// Reads the imports of a set of TypeScript sources and says which of the house's rules they break. The rules are those
// of docs/architecture.md; where the sources come from is the caller's business.
import { posix } from 'node:path';
import ts from 'typescript';

/** Text by path relative to `src`, `/` as separator. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

/** From the top of the house to the bottom; imports point down. `top` and `leaves` are the files directly in src. */
const FLOORS = [
  'top',
  'commands',
  'invocation',
  'run',
  'inputs',
  'brief',
  'fleet',
  'agent',
  'verify',
  'publish',
  'workshop',
  'sandbox',
  'report',
  'platform',
  'leaves',
];
const TOP = [
  ...['start-up.ts', 'index.ts', 'announcement.ts', 'cancellation.ts', 'cli.ts', 'post-step.ts'],
  ...['publish-job.ts', 'planning.ts', 'fleet-report.ts'],
];
const MAX_LEAVES = 4;
const MAX_LINES = 300;
const MAX_MEDIAN_LINES = 130;
const WORLD = /^(node:)?(child_process|net|http|https|http2|tls|dns|dgram|cluster)(\/|$)/;
const VAGUE_NAME = /(^|[-/])(utils?|helpers?|managers?|common|misc|base|service)(?=[-./])/;

/** One sentence for each breach, empty when there is none. */
export function breaches(sources: Sources): string[] {
  const imports = [...sources].flatMap(([path, text]) => importsOf(path, text));
  return [
    ...imports.flatMap((each) => breachesOfImport(each, sources)),
    ...cycles(imports),
    ...[...sources].flatMap(([path, text]) => breachesOfFile(path, text)),
    ...breachesOfSize(sources),
  ];
}

function breachesOfImport({ from, specifier, isTypeOnly }: Import, sources: Sources): string[] {
  const room = floorOf(from);
  const says = (rule: string) => [`${from} imports '${specifier}': ${rule}`];
  if (!specifier.startsWith('.')) {
    const isEdge = room === 'platform' || from === 'index.ts';
    if (WORLD.test(specifier) && room !== 'platform') return says('only platform touches processes and network');
    if (specifier.startsWith('@actions/') && !isEdge) return says('only platform and index.ts use it');
    const isSdk = specifier.startsWith('@anthropic-ai/sdk');
    if (isSdk && !isTypeOnly && room !== 'platform') return says('elsewhere only its types');
    return [];
  }
  if (!specifier.endsWith('.js')) return says('imports end in .js');
  const target = resolve(from, specifier);
  if (!sources.has(target)) return says('there is no such source file');
  const targetRoom = floorOf(target);
  if (targetRoom === room) return [];
  if (FLOORS.indexOf(targetRoom) < FLOORS.indexOf(room)) return says(`${room} may not look up to ${targetRoom}`);
  const isDoor = target === `${targetRoom}/${targetRoom}.ts`;
  // Each file of platform is one outside effect and its own door.
  if (targetRoom !== 'leaves' && targetRoom !== 'platform' && !isDoor) return says(`the door is ${targetRoom}.ts`);
  return [];
}

function breachesOfFile(path: string, text: string): string[] {
  const found: string[] = [];
  if (VAGUE_NAME.test(path)) found.push(`${path}: its name does not say what is inside`);
  if (path.includes('/') && posix.basename(path) === 'index.ts') found.push(`${path}: rooms have a door, no index.ts`);
  if (!FLOORS.includes(floorOf(path))) found.push(`${path}: there is no such room`);
  if (!/^(#!.*\n)?\s*(\/\/|\/\*)/.test(text)) found.push(`${path}: it does not open by saying what it owns`);
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const changing = source.statements.some(
    (statement) => ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const),
  );
  if (changing) found.push(`${path}: a variable of the module that changes`);
  return found;
}

function breachesOfSize(sources: Sources): string[] {
  const lines = [...sources].map(([path, text]) => ({ path, count: codeLines(text) }));
  const counts = lines.map(({ count }) => count).sort((a, b) => a - b);
  const median = counts[Math.floor(counts.length / 2)] ?? 0;
  const leaves = [...sources.keys()].filter((path) => floorOf(path) === 'leaves');
  return [
    ...lines.filter(({ count }) => count > MAX_LINES).map(({ path, count }) => `${path}: ${count} lines of code`),
    ...(median > MAX_MEDIAN_LINES ? [`the median file has ${median} lines of code`] : []),
    ...(leaves.length > MAX_LEAVES ? [`${leaves.length} leaves (${leaves.join(', ')}): a room is missing`] : []),
  ];
}

/** Each cycle once, as the path that closes it. */
function cycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, specifier } of imports.filter((each) => each.specifier.startsWith('.'))) {
    edges.set(from, [...(edges.get(from) ?? []), resolve(from, specifier)]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    if (trail.includes(file)) found.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(' > ')}`);
    if (trail.includes(file) || done.has(file)) return;
    for (const target of edges.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}

function importsOf(from: string, text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node) => {
    const add = (literal: ts.Node | undefined, isTypeOnly: boolean) => {
      if (literal && ts.isStringLiteralLike(literal)) found.push({ from, specifier: literal.text, isTypeOnly });
    };
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyClause(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.Latest));
  return found;
}

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function floorOf(path: string): string {
  const [room = '', ...rest] = path.split('/');
  if (rest.length > 0) return room;
  return TOP.includes(path) ? 'top' : 'leaves';
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

function codeLines(text: string): number {
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\//g, '');
  return withoutComments.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}
