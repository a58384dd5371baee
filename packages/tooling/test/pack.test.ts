import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, test } from 'vitest';
import { sizeBudgets } from '../src/size-budgets.ts';
import { workspaceTarballs } from '../src/tarballs.mjs';
import { publishedPackages } from '../src/workspace.mjs';

const packages = publishedPackages();

let tarballs: Awaited<ReturnType<typeof workspaceTarballs>>;

beforeAll(async () => {
  tarballs = await workspaceTarballs();
});

async function tarball(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(tarballs.get(name) ?? ''));
}

describe.each(packages)('the tarball of $manifest.name', ({ manifest: { name, version } }) => {
  test('has the built module, its types, its sources, a README, the license, and no tests', async () => {
    const files = createPackageFromTarballData(await tarball(name))
      .listFiles()
      .map((file) => file.replace(`/node_modules/${name}/`, ''));
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/index.d.ts',
        'dist/index.js',
        'package.json',
        'src/index.ts',
      ]),
    );
    const places = /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|(dist|src|bin)\/.+)$/;
    expect(files.filter((file) => !places.test(file))).toEqual([]);
  });

  test('names its siblings by version, not by a protocol of the workspace', async () => {
    const packed = createPackageFromTarballData(await tarball(name));
    const text = packed.readFile(`/node_modules/${name}/package.json`);
    expect(JSON.parse(text)).toMatchObject({ name, version });
    expect(text).not.toMatch(/workspace:|catalog:/);
  });

  test('passes publint', async () => {
    const { messages, pkg } = await publint({
      pack: { tarball: (await tarball(name)).buffer },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('has types that are right for everyone who imports it', async () => {
    const result = await checkPackage(createPackageFromTarballData(await tarball(name)));
    if (!result.types) throw new Error('the tarball has no types');
    // ESM only: what CommonJS resolution before Node 20.19 would see is no promise of ours.
    const promised = ['node16-esm', 'bundler'];
    const problems = result.problems.filter(
      (problem) => !('resolutionKind' in problem) || promised.includes(problem.resolutionKind),
    );
    expect(problems).toEqual([]);
  });

  test('stays below its budget', async () => {
    expect((await tarball(name)).length).toBeLessThan((sizeBudgets[name]?.tarball ?? 0) * 1_000);
  });
});

test.each(packages.filter(({ manifest }) => sizeBudgets[manifest.name]?.minified !== undefined))(
  '$manifest.name, bundled and minified, stays below its budget',
  async ({ manifest: { name }, path }) => {
    const { outputFiles } = await build({
      bundle: true,
      entryPoints: [join(path, 'dist/index.js')],
      format: 'esm',
      minify: true,
      platform: 'neutral',
      write: false,
    });
    expect(outputFiles[0]!.contents.length).toBeLessThan(sizeBudgets[name]!.minified! * 1_000);
  },
);
