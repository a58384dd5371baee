import { checkSync } from 'recheck';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';
import { publishedPackages } from '../src/workspace.mjs';

/** Expressions that are put together when the program runs, and why none is slow. By file. */
const COMPOSED: Readonly<Record<string, string>> = {
  'packages/configs/src/checks.ts':
    'a host name of labels that end with a dot, which they cannot have, and have a limit',
  'packages/runner/src/options/config-pattern.ts':
    'a path with wildcards, as the operator wrote it, against names of files, which have 255 bytes',
  'packages/runner/src/logs/access-format.ts': 'one name, a colon and the rest of the line',
  'packages/doctor/src/gather/configuration/files.ts':
    'a wildcard of a configuration against names of files, which have 255 bytes',
  'packages/doctor/src/gather/configuration/lighttpd.ts': 'one name, then a text up to the next quote',
};

interface Found {
  readonly flags: string;
  readonly places: string[];
  readonly source: string;
}

/** The literals of sources, each once, and the files that make expressions in another way. */
function regularExpressions(files: ReadonlyArray<{ readonly path: string; readonly text: string }>) {
  const literals = new Map<string, Found>();
  const composed = new Set<string>();
  for (const { path, text } of files) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
        const found = { flags: node.text.slice(end + 1), places: [], source: node.text.slice(1, end) };
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
function isLinear({ flags, source }: Pick<Found, 'flags' | 'source'>): boolean {
  return checkSync(source, flags, COUNTED).status === 'safe';
}

test('what takes too long is told from what does not', () => {
  for (const source of ['(a+)+$', '\\s+$', '^\\s*(\\S*)\\s*(\\S*)\\s*$'])
    expect(isLinear({ flags: '', source })).toBe(false);
  for (const source of ['^a+$', '^\\s*(?:a|b)']) expect(isLinear({ flags: '', source })).toBe(true);
});

const files = publishedPackages().flatMap(({ folder }) => repositoryFiles(`${folder}/src`, ['.ts']));
const { composed, literals } = regularExpressions(files);

test('every expression that is put together at run time is known', () => {
  expect(composed).toEqual(Object.keys(COMPOSED).sort());
});

describe('time grows with the length of a text and no faster', () => {
  const folderOf = ({ places: [first = ''] }: Found) => first.split('/').slice(0, 4).join('/');
  const folders = new Map(
    literals.map((one) => [folderOf(one), literals.filter((other) => folderOf(other) === folderOf(one))]),
  );
  test.each([...folders])(
    'in %s',
    (_folder, found) => {
      const slow = found.filter((one) => !isLinear(one));
      expect(slow.map(({ flags, places, source }) => `/${source}/${flags} ${places.join(' ')}`)).toEqual([]);
    },
    900_000,
  );
});
