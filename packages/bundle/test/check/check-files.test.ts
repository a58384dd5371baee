import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFiles, checkModes } from '../../src/check/check-files.ts';
import { folderWith } from '../support/folder.ts';

test('files that are missing or of another size are named, five of them at most', () => {
  const folder = folderWith({ a: 'aaa', b: 'b' });
  expect(checkFiles(folder, { a: 3, b: 1 })).toEqual([{ state: 'good', text: 'All 2 files are here.' }]);
  expect(checkFiles(folder, { a: 3, b: 2, c: 0 })[0]?.text).toMatch(/made: b, c\. Upload the folder again/);
  const many = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`f${index}`, 1]));
  expect(checkFiles(folder, many)[0]?.text).toContain('f0, f1, f2, f3, f4 and 2 more.');
});

test('what suexec refuses is said, with the command', () => {
  const folder = folderWith({ 'app.fcgi': '#!/bin/sh\n' });
  const program = join(folder, 'app.fcgi');
  const texts = () => checkModes(folder).map(({ text }) => text);
  chmodSync(program, 0o755);
  expect(texts()).toEqual(['app.fcgi can be run, and only its owner may change it.']);
  chmodSync(program, 0o644);
  expect(texts()).toEqual([`${program} has no run bit: chmod 755 ${program}`]);
  chmodSync(program, 0o775);
  expect(texts()).toEqual([`Others may write to ${program}, and suexec refuses that: chmod 755 ${program}`]);
  chmodSync(program, 0o755);
  chmodSync(folder, 0o777);
  expect(texts()).toEqual([`Others may write to ${folder}, and suexec refuses that: chmod 755 ${folder}`]);
  chmodSync(folder, 0o755);
  writeFileSync(program, '#!/bin/sh\r\n');
  expect(texts()).toEqual([`${program} has line ends of Windows. Upload it again, in binary mode.`]);
});
