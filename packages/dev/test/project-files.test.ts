import { expect, test } from 'vitest';
import { folderWith } from '../../runner/test/support/runner.ts';
import { counts, projectFolder } from '../src/project-files.ts';

const files = { root: '/p', ignored: ['/p/data', '/p/db.json'], watched: ['/p/views', '/shared'] };
const application = '/p/server.js';

test.each([
  ['/p/server.js', true],
  ['/p/lib/a.mts', true],
  ['/p/config.json', true],
  ['/p/.env', true],
  ['/p/.env.local', true],
  ['/p/page.html', false],
  ['/p/upload.jpg', false],
  ['/p/node_modules/express/index.js', false],
  ['/p/.git/config.json', false],
  ['/p/dist/server.js', false],
  ['/p/lib/coverage/a.js', false],
  ['/p/db.json', false],
  ['/p/data/a.js', false],
  ['/p/database.js', true],
  ['/p/views/page.html', true],
  ['/shared/deep/a.txt', true],
  ['/shared/node_modules/a.js', false],
])('a change of %s counts: %s', (path, expected) => {
  expect(counts(path, files, application, false)).toBe(expected);
});

test('an application in a folder of what was built means that folder', () => {
  expect(counts('/p/dist/lib/a.js', files, '/p/dist/server.js', false)).toBe(true);
  expect(counts('/p/build/a.js', files, '/p/dist/server.js', false)).toBe(false);
  expect(counts('/p/dist/node_modules/a.js', files, '/p/dist/server.js', false)).toBe(false);
});

test('folders without sources are not looked into', () => {
  expect(counts('/p/lib', files, application, true)).toBe(true);
  expect(counts('/p/node_modules', files, application, true)).toBe(false);
  expect(counts('/p/.git', files, application, true)).toBe(false);
});

test('the project is the folder of the nearest package.json', async () => {
  const folder = await folderWith({ 'a/package.json': '{}', 'a/b/app.js': '' });
  expect(projectFolder(`${folder}/a/b/app.js`)).toBe(`${folder}/a`);
});
