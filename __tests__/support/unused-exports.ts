// Reads a set of TypeScript sources and says which exports nobody imports, and which names a room shows at its door
// although nobody comes for them. Where the sources come from is the caller's business.
import { posix } from 'node:path';
import ts from 'typescript';

/** Text by path from the root, `/` as separator; what lies in `src/` is looked at, the rest only uses it. */
export type Sources = ReadonlyMap<string, string>;

interface Use {
  /** The file that imports, and the one that is imported. */
  by: string;
  file: string;
  /** `*`: any of its names. */
  name: string;
}

interface Export {
  name: string;
  /** Declared elsewhere and passed on. */
  isPassedOn: boolean;
}

/** One sentence for each export without a use, empty when there is none. */
export function unusedExports(sources: Sources): string[] {
  const parsed = [...sources].map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  const uses = parsed.flatMap(usesIn);
  return parsed
    .filter(({ fileName }) => fileName.startsWith('src/'))
    .flatMap((source) => {
      const room = posix.dirname(source.fileName);
      const usesHere = uses.filter(({ file }) => file === source.fileName);
      const isDoor = posix.basename(room) === posix.basename(source.fileName, '.ts');
      return exportsOf(source).flatMap(({ name, isPassedOn }) => {
        const users = usesHere.filter((use) => use.name === name || use.name === '*');
        if (users.length === 0) return [`${source.fileName}: nobody imports ${name}`];
        if (isDoor && isPassedOn && users.every(({ by }) => by.startsWith(`${room}/`)))
          return [`${source.fileName}: nobody outside of the room imports ${name}`];
        return [];
      });
    });
}

function exportsOf({ statements }: ts.SourceFile): Export[] {
  return statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
      return exportClause.elements.map(({ name }) => ({ name: name.text, isPassedOn: moduleSpecifier !== undefined }));
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    return namesOf(statement).map((name) => ({ name, isPassedOn: false }));
  });
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const { name } = statement as ts.DeclarationStatement;
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function usesIn(source: ts.SourceFile): Use[] {
  const by = source.fileName;
  const found: Use[] = [];
  const add = (module: ts.Node | undefined, names: readonly string[]) => {
    if (module === undefined || !ts.isStringLiteralLike(module) || !module.text.startsWith('.')) return;
    const file = posix.join(posix.dirname(by), module.text).replace(/\.js$/, '.ts');
    found.push(...names.map((name) => ({ by, file, name })));
  };
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, namesTaken(node, source.text));
    else if (ts.isExportDeclaration(node)) {
      const { exportClause: clause } = node;
      add(node.moduleSpecifier, clause !== undefined && ts.isNamedExports(clause) ? listed(clause) : ['*']);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], ['*']);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, ['*']);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function namesTaken({ importClause }: ts.ImportDeclaration, text: string): string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamedImports(bindings)) return listed(bindings);
  return [...text.matchAll(new RegExp(`\\b${bindings.name.text}\\.(\\w+)`, 'g'))].map(([, name = '']) => name);
}

/** Names as the other file has them. */
function listed({ elements }: ts.NamedImports | ts.NamedExports): string[] {
  return [...elements].map(({ propertyName, name }) => (propertyName ?? name).text);
}
