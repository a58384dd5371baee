import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fcgi } from '../../runner/test/support/runner.ts';
import { deletedFolder } from '../src/deleted-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

test.each([undefined, 'text', Object.assign(new Error(), { code: 'ENOENT', syscall: 'open' })])(
  '%s is no deleted folder',
  (error) => {
    expect(deletedFolder(error)).toBeUndefined();
  },
);

test.runIf(process.platform === 'linux').each([
  ['run', 'app.js'],
  ['ping', ':1'],
])('in a folder that has been deleted, fcgi %s says so, and what to do', async (...words) => {
  const folder = `${await temporaryFolder()}/gone`;
  const script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script, folder, process.execPath, fcgi, ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe(
    `fcgi: The working directory ${folder} has been deleted, and relative paths begin there. Go to a folder that exists, such as "cd /".\n`,
  );
  expect(status).toBe(1);
});
