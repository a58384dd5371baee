import { dirname, join } from 'node:path';
import ts from 'typescript';

/** One module that users import, as its types describe it. */
export interface PublicSurface {
  /** Every declaration, without comments: those that are exported, then those that they mention. */
  readonly report: string;
  /** The names that are there at run time, if the types are right. */
  readonly values: readonly string[];
}

interface Declared {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the types of a module.
 *
 * @param file its `.d.ts`
 */
export function publicSurface(file: string): PublicSurface {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module.`);
  const exported = checker.getExportsOfModule(module);
  const walk = new Walk(checker, dirname(file));
  const shown = exported.map((symbol) => walk.show(symbol));
  return {
    report: `${sorted(shown)}\n// Mentioned, and not exported.\n\n${sorted(walk.mentioned())}`,
    values: exported
      .filter((symbol) => !isTypeOnly(symbol) && (walk.resolve(symbol).flags & ts.SymbolFlags.Value) !== 0)
      .map(({ name }) => name)
      .toSorted(),
  };
}

function sorted(declared: readonly Declared[]): string {
  const byName = declared.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return byName.map(({ text }) => `${text}\n\n`).join('');
}

function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (each) => ts.isExportSpecifier(each) && (each.isTypeOnly || each.parent.parent.isTypeOnly),
  );
}

/** Goes from declaration to declaration within one package. */
class Walk {
  readonly #checker: ts.TypeChecker;
  readonly #folder: string;
  readonly #printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed, removeComments: true });
  readonly #seen = new Set<ts.Symbol>();
  readonly #waiting: ts.Symbol[] = [];

  constructor(checker: ts.TypeChecker, folder: string) {
    this.#checker = checker;
    this.#folder = folder;
  }

  resolve(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }

  /** What a name stands for. */
  show(symbol: ts.Symbol): Declared {
    const resolved = this.resolve(symbol);
    this.#seen.add(resolved);
    const statements = new Set((resolved.declarations ?? []).map(statementOf));
    const texts = [...statements].map((statement) => this.#print(statement));
    return { name: symbol.name, text: texts.length > 0 ? texts.join('\n') : `export ${symbol.name};` };
  }

  /** What has been mentioned by what was shown, and by that in turn. */
  mentioned(): Declared[] {
    const found: Declared[] = [];
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      if (!this.#seen.has(next)) found.push(this.show(next));
    }
    return found;
  }

  #print(statement: ts.Node): string {
    const file = statement.getSourceFile();
    if (!this.#isOwn(file)) return `// of another package: ${nameOf(statement)}`;
    this.#visit(statement);
    return this.#printer.printNode(ts.EmitHint.Unspecified, statement, file);
  }

  #visit(node: ts.Node): void {
    if (ts.isIdentifier(node)) {
      const symbol = this.#checker.getSymbolAtLocation(node);
      const resolved = symbol && this.resolve(symbol);
      const [declaration] = resolved?.declarations ?? [];
      const isTopLevel = declaration && !ts.isSourceFile(declaration);
      if (resolved && isTopLevel && this.#isOwn(declaration.getSourceFile()) && isNamed(declaration)) {
        this.#waiting.push(resolved);
      }
    }
    node.forEachChild((child) => this.#visit(child));
  }

  #isOwn(file: ts.SourceFile): boolean {
    return file.fileName.startsWith(join(this.#folder, '/'));
  }
}

/** Members and parameters have no place of their own. */
function isNamed(declaration: ts.Declaration): boolean {
  return statementOf(declaration) === declaration || ts.isVariableDeclaration(declaration);
}

/** The statement that a declaration is, or is a part of. */
function statementOf(declaration: ts.Node): ts.Node {
  let node = declaration;
  while (node.parent && !ts.isSourceFile(node.parent)) node = node.parent;
  return node;
}

function nameOf(statement: ts.Node): string {
  const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
  const name = named && ts.getNameOfDeclaration(named as ts.Declaration);
  return name?.getText() ?? 'something';
}
