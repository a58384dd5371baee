import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../src/workspace.mjs';

test.each(['protocol', 'middleware'])(
  'the tests of @fcgi-js/%s run every line and every branch of it',
  async (name) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--config', 'vitest.coverage.config.ts'];
    // It ends with another code than 0, and execFile throws, where less than all is covered.
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: join(root, 'packages', name),
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(stdout).toMatch(/^All files +\| +100 \| +100 \| +100 \| +100 \|/m);
  },
);
