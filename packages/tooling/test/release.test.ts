import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { pendingChangesets } from '../src/release.mjs';
import { publishedPackages, root } from '../src/workspace.mjs';

const release = join(root, 'packages/tooling/bin/release.mjs');

test('the next release packs, installs and works, and says what is new', { timeout: 600_000 }, async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [release, '--dry-run']);
  expect(stderr).toBe('');
  expect(stdout).toContain('Nothing was published.');
  const versions = [...stdout.matchAll(/^(@fcgi-js\/\w+|fcgi-js) (\d+\.\d+\.\d+)$/gm)].map(
    ([, name]) => name,
  );
  expect(versions).toEqual(publishedPackages().map(({ manifest }) => manifest.name));
  // Hashes of commits and empty sections tell users nothing.
  expect(stdout).not.toMatch(/- [0-9a-f]{7}: |Updated dependencies/);
});

test('nothing is published while changesets wait for a version', { timeout: 60_000 }, async () => {
  expect(pendingChangesets(root)).not.toEqual([]);
  const published = promisify(execFile)(process.execPath, [release]);
  await expect(published).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('npm run version-packages'),
  });
});
