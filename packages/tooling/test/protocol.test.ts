import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { root } from '../src/workspace.mjs';

const folder = join(root, 'packages/protocol');

test('all of @fcgi-js/protocol has at most 5 kB, minified and gzipped', async () => {
  const { outputFiles } = await build({
    bundle: true,
    entryPoints: [join(folder, 'src/index.ts')],
    format: 'esm',
    minify: true,
    write: false,
  });
  const [bundle, ...others] = outputFiles;
  expect(others).toEqual([]);
  expect(bundle?.text).toContain('FCGI_VERSION_UNSUPPORTED');
  expect(gzipSync(bundle?.contents ?? '', { level: 9 }).length).toBeLessThanOrEqual(5_000);
});

test('the program in the README of @fcgi-js/protocol has fewer than 15 lines', () => {
  const [readme] = repositoryFiles('packages/protocol', ['protocol/README.md']);
  const [program] = codeBlocks(readme?.text ?? '');
  expect(program?.text).toContain('RecordDecoder');
  expect(program?.text.trimEnd().split('\n').length).toBeLessThan(15);
});
