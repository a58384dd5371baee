import { checkSync } from 'recheck';
import ts from 'typescript';
import { repositoryFiles } from './source-files.ts';
import { publishedPackages } from './workspace.mjs';

/** A regular expression of the sources. */
export interface RegularExpression {
  readonly flags: string;
  readonly places: readonly string[];
  readonly source: string;
}

/** The literals of all that is published, each once, and the files that make expressions in another way. */
export function regularExpressions(): {
  readonly composed: readonly string[];
  readonly literals: readonly RegularExpression[];
} {
  const files = publishedPackages().flatMap(({ folder }) => repositoryFiles(`${folder}/src`, ['.ts']));
  const literals = new Map<string, RegularExpression>();
  const composed = new Set<string>();
  for (const { path, text } of files) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
        const found = {
          flags: node.text.slice(end + 1),
          places: [] as string[],
          source: node.text.slice(1, end),
        };
        const known = literals.get(node.text) ?? found;
        literals.set(node.text, { ...known, places: [...known.places, place] });
      }
      if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') composed.add(path);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { composed: [...composed].sort(), literals: [...literals.values()] };
}

/** In this process: where they are installed, there are programs that do the same. */
process.env['RECHECK_SYNC_BACKEND'] = 'pure';

const COUNTED = {
  attackTimeout: null,
  incubationTimeout: null,
  maxNFASize: 500,
  randomSeed: 1,
  timeout: null,
};

/**
 * What it is based on is counted and not timed: the analysis of an automaton where that is small, else the steps that matching takes for texts
 * that are made to be hard, by the same random numbers each time.
 */
export function isLinear({ flags, source }: Pick<RegularExpression, 'flags' | 'source'>): boolean {
  return checkSync(source, flags, COUNTED).status === 'safe';
}

/** An expression as it is written. */
export function literalOf({ flags, source }: RegularExpression): string {
  return `/${source}/${flags}`;
}
