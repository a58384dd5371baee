import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { whyNotPublish } from '../src/release.mjs';
import { sbomFolder } from '../src/sbom.mjs';
import { publishedPackages, root } from '../src/workspace.mjs';

const run = promisify(execFile);
const release = join(root, 'packages/tooling/bin/release.mjs');

test('the next release packs, installs and works, and says what is new', { timeout: 600_000 }, async () => {
  const { stdout, stderr } = await run(process.execPath, [release]);
  expect(stderr).toBe('');
  expect(stdout).toContain('Nothing was published.');
  const versions = [...stdout.matchAll(/^(@fcgi-js\/\w+|fcgi-js) (\d+\.\d+\.\d+)$/gm)].map(
    ([, name]) => name,
  );
  expect(versions).toEqual(publishedPackages().map(({ manifest }) => manifest.name));
  const sboms = (await readdir(sbomFolder)).map((file) =>
    JSON.parse(readFileSync(join(sbomFolder, file), 'utf8')),
  );
  const brought = new Map(
    sboms.map(({ components, metadata }) => [String(metadata.component.name), components.length] as const),
  );
  expect(brought.get('@fcgi-js/protocol')).toBe(0);
  expect([...brought.keys()].sort()).toEqual(versions.sort());
  // Hashes of commits and empty sections tell users nothing.
  expect(stdout).not.toMatch(/- [0-9a-f]{7}: |Updated dependencies/);
});

test('what is not committed, or waits for a version, is not published', async () => {
  const repository = await mkdtemp(join(tmpdir(), 'fcgi-js-release-test-'));
  onTestFinished(() => rm(repository, { recursive: true, force: true }));
  await mkdir(join(repository, '.changeset'));
  await run('git', ['init', '--quiet'], { cwd: repository });
  expect(whyNotPublish(repository)).toBeUndefined();
  await writeFile(join(repository, 'new.txt'), '');
  expect(whyNotPublish(repository)).toContain('?? new.txt');
  await writeFile(join(repository, '.changeset/brave-birds-fly.md'), '');
  expect(whyNotPublish(repository)).toContain('npm run version-packages');
});
