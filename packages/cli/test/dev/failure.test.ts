import { expect, test } from 'vitest';
import { describeFailure } from '../../src/dev/failure.ts';
import { folderWith } from '../run/support/runner.ts';

const source = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join('\n');

test('the place is the first one of the application itself', async () => {
  const folder = await folderWith({ 'app.ts': source, 'node_modules/lib/index.js': source });
  const { message, place } = await describeFailure(
    '',
    `TypeError [ERR_X]: no\n    at f (${folder}/node_modules/lib/index.js:3:1)\n    at async g (file://${folder}/app.ts:9:4)\n    at node:internal/x:1:1`,
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
  );
  expect(text).toBe(`${folder}/app.js:2\nline 2\n^\n\nSyntaxError: new\n    at x`);
  expect(place).toMatchObject({ line: 2, column: undefined });
});

test('files that are no sources, and lines that are not there, are not shown', async () => {
  const folder = await folderWith({ secret: 'a\nb', 'app.js': 'a' });
  for (const at of [`${folder}/secret:1:1`, `${folder}/app.js:7:1`, `${folder}/gone.js:1:1`]) {
    expect((await describeFailure('', `Error: x\n    at f (${at})`)).place).toBeUndefined();
  }
});
