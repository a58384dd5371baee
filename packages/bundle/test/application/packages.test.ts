import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isNativePackage, packageFolder, packageName, readPackage } from '../../src/application/packages.ts';
import { folderWith } from '../support/folder.ts';

test.each([
  ['pg', {}, false],
  ['by node-gyp-build', { 'package.json': '{ "dependencies": { "node-gyp-build": "*" } }' }, true],
  [
    'by a package of its platform',
    { 'package.json': '{ "optionalDependencies": { "@img/sharp-linux-x64": "*" } }' },
    true,
  ],
  ['by musl', { 'package.json': '{ "optionalDependencies": { "x-linux-musl-arm64": "*" } }' }, true],
  ['by binding.gyp', { 'package.json': '{}', 'binding.gyp': '' }, true],
  ['by a file', { 'package.json': '{}', 'build/Release/x.node': '' }, true],
  [
    'a name only',
    { 'package.json': '{ "optionalDependencies": { "linux": "*" } }', 'lib/node.js': '' },
    false,
  ],
])('%s: whether it has native modules', (_title, files, isNative) => {
  expect(isNativePackage(folderWith(files))).toBe(isNative);
});

test('names and folders of packages are found in specifiers and paths', () => {
  expect(packageName('pg/lib/x.js')).toBe('pg');
  expect(packageName('@scope/a/b')).toBe('@scope/a');
  expect(packageFolder('/a/node_modules/.pnpm/x@1/node_modules/@s/x/lib/y.js')).toBe(
    '/a/node_modules/.pnpm/x@1/node_modules/@s/x',
  );
  expect(packageFolder('/a/b.js')).toBeUndefined();
});

test('a package.json that is none of an object says nothing', () => {
  const folder = folderWith({ 'package.json': 'null', 'broken/package.json': '{' });
  for (const place of [folder, join(folder, 'broken')])
    expect(readPackage(place)).toEqual({
      dependencies: [],
      engines: undefined,
      name: undefined,
      optional: [],
      type: undefined,
    });
  expect(readPackage(join(folder, 'none'))).toBeUndefined();
});
