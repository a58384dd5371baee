import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findNodeScript } from '../../src/kit/find-node.ts';
import { folderWith } from '../support/folder.ts';

/** The Node that is found in a home folder with these. */
function found(programs: readonly string[], given = ''): string {
  const home = folderWith(Object.fromEntries(programs.map((path) => [path, '#!/bin/sh\n'])));
  for (const path of programs) chmodSync(join(home, path), 0o755);
  const script = join(home, 'find-node.sh');
  writeFileSync(script, findNodeScript('20.19.0'));
  const env = { HOME: home, PATH: home, node: given };
  // The machine's own Node is found last, at a place that this test cannot choose.
  const said = execFileSync('/bin/sh', ['-c', '. "$1"; echo "$node"', 'sh', script], {
    encoding: 'utf8',
    env,
  });
  return said.trim().replace(`${home}/`, '');
}

test.each([
  [
    'the one in the home folder before those of the panel',
    ['node/bin/node', 'nodevenv/app/24/bin/node'],
    'node/bin/node',
  ],
  [
    'the newest of the panel',
    ['nodevenv/app/20/bin/node', 'nodevenv/app/24/bin/node'],
    'nodevenv/app/24/bin/node',
  ],
  ['of an application in a folder below', ['nodevenv/site/app/22/bin/node'], 'nodevenv/site/app/22/bin/node'],
  ['one of nvm', ['.nvm/versions/node/v22.3.0/bin/node'], '.nvm/versions/node/v22.3.0/bin/node'],
  [
    'none that is too old',
    ['nodevenv/app/18/bin/node', '.nvm/versions/node/v22.3.0/bin/node'],
    '.nvm/versions/node/v22.3.0/bin/node',
  ],
  ['one in PATH last', ['node'], 'node'],
])('finds %s', (_title, programs, node) => {
  expect(found(programs)).toBe(node);
});

test('one that is named comes first, where it is there', () => {
  expect(found(['node/bin/node'], '/bin/sh')).toBe('/bin/sh');
  expect(found(['node/bin/node'], '/nowhere/node')).toBe('node/bin/node');
});
