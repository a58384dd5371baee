import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startModule } from '../../src/kit/start-module.ts';
import { folderWith } from '../support/folder.ts';

function start(needed: string) {
  const folder = folderWith({
    'start.mjs': startModule(needed, 'next.mjs'),
    'next.mjs': "console.log('started');\n",
  });
  return spawnSync(process.execPath, [join(folder, 'start.mjs')], { encoding: 'utf8' });
}

test.each(['20.19.0', process.versions.node, '0.0.1'])('starts with Node %s or later', (needed) => {
  expect(start(needed).stdout).toBe('started\n');
});

test('a Node that is too old is named, with its version, and what to do', () => {
  const { status, stderr, stdout } = start('99.0.0');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(
    `This needs Node 99.0.0 or later, and ${process.execPath} is ${process.versions.node}.`,
  );
});
