import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyPackages } from '../../src/application/copy-packages.ts';
import { folderWith } from '../support/folder.ts';

const manifest = (content: object) => JSON.stringify(content);

test('a package brings what it depends on, each in the version that it needs', () => {
  const from = folderWith({
    'node_modules/a/package.json': manifest({ name: 'a', dependencies: { b: '1', c: '1' } }),
    'node_modules/a/index.js': 'a',
    'node_modules/b/package.json': manifest({ name: 'b', version: '1', dependencies: { c: '2' } }),
    'node_modules/b/node_modules/c/package.json': manifest({ name: 'c', version: '2' }),
    'node_modules/c/package.json': manifest({ name: 'c', version: '1', dependencies: { a: '1' } }),
    'node_modules/unused/package.json': manifest({ name: 'unused' }),
  });
  const place = folderWith();
  expect(
    copyPackages({
      place,
      whole: [
        { from, name: 'c' },
        { from, name: 'a' },
      ],
    }),
  ).toEqual([]);
  const versionOf = (path: string) =>
    JSON.parse(readFileSync(join(place, path, 'package.json'), 'utf8')).version;
  expect(readFileSync(join(place, 'node_modules/a/index.js'), 'utf8')).toBe('a');
  expect(versionOf('node_modules/c')).toBe('1');
  expect(versionOf('node_modules/b/node_modules/c')).toBe('2');
  expect(existsSync(join(place, 'node_modules/unused'))).toBe(false);
});

test('peers come along unless they are optional, and what is not installed is named', () => {
  const from = folderWith({
    'node_modules/a/package.json': manifest({
      name: 'a',
      dependencies: { gone: '1' },
      optionalDependencies: { missing: '1', there: '1' },
      peerDependencies: { peer: '1', typescript: '1' },
      peerDependenciesMeta: { typescript: { optional: true } },
    }),
    'node_modules/there/package.json': '{}',
    'node_modules/peer/package.json': '{}',
    'node_modules/typescript/package.json': '{}',
  });
  const place = folderWith();
  expect(
    copyPackages({
      place,
      whole: [
        { from, name: 'a' },
        { from, name: 'nowhere' },
      ],
    }),
  ).toEqual(['gone', 'nowhere']);
  const isThere = (name: string) => existsSync(join(place, 'node_modules', name));
  expect(['there', 'peer', 'typescript', 'missing'].map(isThere)).toEqual([true, true, false, false]);
});
