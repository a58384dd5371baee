import { expect, test } from 'vitest';
import { filesLike } from '../../src/application/glob.ts';
import { folderWith } from '../support/folder.ts';

const project = () =>
  folderWith({
    'views/a.ejs': '',
    'views/deep/er/b.ejs': '',
    'views/c.txt': '',
    'node_modules/x/d.ejs': '',
    'data.json': '',
  });

test.each([
  ['data.json', ['data.json']],
  ['./data.json', ['data.json']],
  ['views', ['views/a.ejs', 'views/c.txt', 'views/deep/er/b.ejs']],
  ['views/', ['views/a.ejs', 'views/c.txt', 'views/deep/er/b.ejs']],
  ['views/*', ['views/a.ejs', 'views/c.txt']],
  ['views/?.*', ['views/a.ejs', 'views/c.txt']],
  ['views/**', ['views/a.ejs', 'views/c.txt', 'views/deep/er/b.ejs']],
  ['views/**/*.ejs', ['views/a.ejs', 'views/deep/er/b.ejs']],
  ['**/er/*', ['views/deep/er/b.ejs']],
  ['**/*.ejs', ['views/a.ejs', 'views/deep/er/b.ejs']],
  ['node_modules/x/*', ['node_modules/x/d.ejs']],
  ['views/*.html', []],
  ['nothing', []],
  ['data.json/*', []],
])('%s stands for %j', (pattern, files) => {
  expect(filesLike(pattern, project()).toSorted()).toEqual(files);
});

test('a pattern of many stars takes no longer than the product of the lengths', () => {
  const name = 'a'.repeat(200);
  const folder = folderWith({ [name]: '' });
  expect(filesLike(`${'*a'.repeat(60)}b`, folder)).toEqual([]);
});
