import { symlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../../runner/test/support/runner.ts';
import { describeFailure } from '../src/failure.ts';

const source = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join('\n');

test('the place is the first one of the application itself', async () => {
  const folder = await folderWith({ 'app.ts': source, 'node_modules/lib/index.js': source });
  const { message, place } = await describeFailure(
    '',
    `TypeError [ERR_X]: no\n    at f (${folder}/node_modules/lib/index.js:3:1)\n    at async g (file://${folder}/app.ts:9:4)\n    at node:internal/x:1:1`,
    folder,
  );
  expect(message).toBe('TypeError [ERR_X]: no');
  expect(place).toMatchObject({ file: `${folder}/app.ts`, line: 9, column: 4 });
  expect(place?.lines.at(0)).toEqual([4, 'line 4']);
  expect(place?.lines.at(-1)).toEqual([14, 'line 14']);
});

test('of what a process wrote before Node ended it, the last report is what counts, without its colours', async () => {
  const folder = await folderWith({ 'app.js': source });
  const { place, text } = await describeFailure(
    '',
    `log\nError: an old one\n\u001b[31m${folder}/app.js:2\n\u001b[39mline 2\n^\n\nSyntaxError: new\n    at x\n\nNode.js v20.20.2\n`,
    folder,
  );
  expect(text).toBe(`${folder}/app.js:2\nline 2\n^\n\nSyntaxError: new\n    at x`);
  expect(place).toMatchObject({ line: 2, column: undefined });
});

test('only sources of the project are shown, whatever files and lines a stack names', async () => {
  const elsewhere = await folderWith({ 'outside.js': 'secret' });
  const folder = await folderWith({
    secret: 'a\nb',
    'app.js': 'a',
    '.env': 'a',
    '.env.js': 'a',
    '.next/server.js': 'a',
    'node_modules/lib/index.js': 'a',
  });
  await symlink(`${elsewhere}/outside.js`, `${folder}/link.js`);
  await symlink(elsewhere, `${folder}/linked`);
  await symlink(`${folder}/node_modules/lib`, `${folder}/lib`);
  await symlink(`${folder}/.env`, `${folder}/env.js`);
  await symlink(`${folder}/app.js`, `${elsewhere}/in.js`);
  const names = [
    ...['secret', 'gone.js', '.env', '.env.js', '.next/server.js', 'node_modules/lib/index.js'],
    ...['link.js', 'linked/outside.js', 'lib/index.js', 'env.js', `../${basename(elsewhere)}/outside.js`],
    `../${basename(folder)}/app.js`,
  ];
  const places = names.map((name) => `${folder}/${name}:1:1`);
  for (const at of [
    ...places,
    `${folder}/app.js:7:1`,
    `${elsewhere}/outside.js:1:1`,
    `${elsewhere}/in.js:1:1`,
  ]) {
    for (const written of [`Error: x\n    at f (${at})`, `Error: x\n    at file://${at}`, at.slice(0, -2)]) {
      expect((await describeFailure('', written, folder)).place, written).toBeUndefined();
    }
  }
  expect((await describeFailure('', `Error\n    at ${folder}/app.js:1:1`, folder)).place).toBeDefined();
});

test('a project that is named by a link shows its sources', async () => {
  const folder = await folderWith({ 'app (1)/app.js': 'a', 'app (1)/(group)/b.js': 'b' });
  const parent = await folderWith({});
  await symlink(`${folder}/app (1)`, `${parent}/current`);
  for (const name of ['app.js', '(group)/b.js']) {
    const { place } = await describeFailure(
      '',
      `Error: x\n    at f (${folder}/app (1)/${name}:1:1)`,
      `${parent}/current`,
    );
    expect(place).toMatchObject({ file: `${folder}/app (1)/${name}`, line: 1 });
  }
});
