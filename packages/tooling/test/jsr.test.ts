import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runtimeProgram, runtimes } from '../src/runtimes.ts';
import { publishedPackages } from '../src/workspace.mjs';

const packages = publishedPackages().filter(({ path }) => existsSync(join(path, 'jsr.json')));

test('the packages that need nothing of Node are for JSR, too', () => {
  expect(packages.map(({ manifest }) => manifest.name)).toEqual(['@fcgi-js/middleware', '@fcgi-js/protocol']);
});

describe.each(packages)('jsr.json of $manifest.name', ({ manifest, path }) => {
  test('says what package.json says', () => {
    const { exports, license, name, version } = manifest as Readonly<Record<string, unknown>>;
    const entries = Object.entries(exports as Record<string, string | Record<string, string>>);
    const sources = entries.flatMap(([entry, files]) =>
      typeof files === 'string' ? [] : [[entry, files['@fcgi-js/source']]],
    );
    expect(JSON.parse(readFileSync(join(path, 'jsr.json'), 'utf8'))).toEqual({
      exports: Object.fromEntries(sources),
      license,
      name,
      publish: { include: ['README.md', 'src'] },
      version,
    });
  });

  test('publishes, in a rehearsal by Deno', { timeout: 120_000 }, async () => {
    const deno = await runtimeProgram(runtimes.find(({ name }) => name === 'deno')!);
    const args = ['publish', '--dry-run', '--allow-dirty', '--quiet'];
    // It fails where a public type is not written out.
    await promisify(execFile)(deno, args, { cwd: path, env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' } });
  });
});
