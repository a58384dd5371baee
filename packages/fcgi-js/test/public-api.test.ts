import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as api from '../src/index.ts';

/** The names that an entry file exports, types with `type ` before them: it has nothing but `export { a, type B } from '…'`. */
function exported(file: URL): string[] {
  const text = readFileSync(file, 'utf8');
  const clauses = [...text.matchAll(/^export (type )?\{([^}]*)\} from/gm)];
  return clauses.flatMap(([, type = '', list = '']) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => type + name),
  );
}

const ofPackage = (name: string) => exported(new URL(`../../${name}/src/index.ts`, import.meta.url)).sort();
const ofSubpath = (name: string) => exported(new URL(`../src/${name}.ts`, import.meta.url)).sort();

test.each([
  'bundle',
  'cli',
  'client',
  'configs',
  'conformance',
  'dev',
  'doctor',
  'init',
  'inspector',
  'middleware',
  'protocol',
  'runner',
  'server',
])('fcgi-js/%s has every name of the package, types included', (name) => {
  expect(ofPackage(name)).not.toEqual([]);
  expect(ofSubpath(name)).toEqual(ofPackage(name));
});

test('fcgi-js has every name of server and middleware, each once', () => {
  const both = new Set([...ofPackage('server'), ...ofPackage('middleware')]);
  expect(ofSubpath('index')).toEqual([...both].sort());
});

test('what both packages call ParamsTransform is the same, so that one name does for it', () => {
  const transform: api.ParamsTransform = api.composeParams(api.scriptNameStripper());
  expect(api.createServer({ responder: () => 0, params: transform })).toBeDefined();
});
