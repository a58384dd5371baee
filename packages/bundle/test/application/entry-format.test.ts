import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entryFormat } from '../../src/application/entry-format.ts';
import { folderWith } from '../support/folder.ts';

const MODULE = '{ "type": "module" }';

test.each([
  ['a.mjs', 'a()', {}, 'esm'],
  ['a.cjs', 'import', {}, 'cjs'],
  ['a.mts', 'a()', {}, 'esm'],
  ['a.cts', 'a()', {}, 'cjs'],
  ['a.js', "require('x')", {}, 'cjs'],
  ['a.js', "import x from 'x'", {}, 'esm'],
  ['a.js', 'await x', { 'package.json': MODULE }, 'esm'],
  ['a.js', "require('x')", { 'package.json': '{}' }, 'cjs'],
  ['src/a.js', 'x()', { 'package.json': MODULE }, 'esm'],
  ['a.ts', "import x from 'x'", {}, 'esm'],
  ['a.ts', "const x = require('x')", { 'package.json': MODULE }, 'cjs'],
])('%s with %s beside %j becomes %s', (name, text, files, format) => {
  const folder = folderWith({ ...files, [name]: text });
  expect(entryFormat(join(folder, name))).toBe(format);
});
