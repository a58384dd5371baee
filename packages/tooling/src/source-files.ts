import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { root } from './workspace.mjs';

const generated = new Set([
  'node_modules',
  'dist',
  'coverage',
  'reference',
  'reports',
  '.declarations',
  '.stryker-tmp',
  '.git',
]);

export interface RepositoryFile {
  /** Below the root, with forward slashes. */
  path: string;
  text: string;
}

/** The files below a folder whose name ends in one of `extensions`, without what is installed or built. */
export function repositoryFiles(folder: string, extensions: readonly string[]): RepositoryFile[] {
  return [...walk(join(root, folder))]
    .filter((file) => extensions.some((extension) => file.endsWith(extension)))
    .map((file) => ({
      path: relative(root, file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }));
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!generated.has(entry.name)) yield* walk(path);
    } else if (entry.isFile()) {
      yield path;
    }
  }
}

export interface ModuleImport {
  module: string;
  /** Gone when the types are removed. */
  typeOnly: boolean;
}

/** What a module imports, by whatever syntax: static, re-export, dynamic or `import()` type. */
export function importedModules(text: string): ModuleImport[] {
  const found: ModuleImport[] = [];
  const visit = (node: ts.Node): void => {
    const [specifier, typeOnly] = importOf(node);
    if (specifier !== undefined && ts.isStringLiteral(specifier))
      found.push({ module: specifier.text, typeOnly });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest));
  return found;
}

function importOf(node: ts.Node): [specifier: ts.Node | undefined, typeOnly: boolean] {
  if (ts.isImportDeclaration(node)) {
    return [node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword];
  }
  if (ts.isExportDeclaration(node)) return [node.moduleSpecifier, node.isTypeOnly];
  if (ts.isImportTypeNode(node))
    return [ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true];
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return [node.arguments[0], false];
  return [undefined, false];
}
