import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { typeErrors } from '../src/type-check.ts';
import { publishedPackages } from '../src/workspace.mjs';

const run = promisify(execFile);
const packages = publishedPackages();
const names = packages.map(({ manifest }) => manifest.name);

let folder: string;
const tarballs = new Map<string, string>();

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'fcgi-js-pack-')));
  const [command, ...args] = pnpmCommand();
  for (const { path, manifest } of packages) {
    const { stdout } = await run(command, [...args, 'pack', '--json', '--pack-destination', folder], {
      cwd: path,
    });
    const { filename } = JSON.parse(stdout) as { filename: string };
    tarballs.set(manifest.name, filename);
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
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
});

/** Packages that are programs: they have dependencies from outside, so that a registry is needed. */
const programs = ['@fcgi-js/cli', 'fcgi-js'];
const libraries = names.filter((name) => !programs.includes(name));

/** Makes a project with nothing but the tarballs in it. */
async function install(name: string, tarballNames: readonly string[], flags: readonly string[]) {
  const project = join(folder, name);
  await mkdir(project);
  const dependencies = Object.fromEntries(tarballNames.map((each) => [each, `file:${tarballs.get(each)}`]));
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await run('npm', ['install', '--no-audit', '--no-fund', ...flags], { cwd: project });
  return project;
}

async function expectSameExports(project: string, name: string) {
  const node = (...args: string[]) => run(process.execPath, args, { cwd: project });
  const list = 'console.log(JSON.stringify(Object.keys(api).sort()))';
  const imported = await node('--input-type=module', '-e', `import * as api from '${name}'; ${list}`);
  const required = await node('--input-type=commonjs', '-e', `const api = require('${name}'); ${list}`);
  const exported = JSON.parse(imported.stdout) as string[];
  expect(exported.length).toBeGreaterThan(0);
  expect(required.stdout).toBe(imported.stdout);
  expect(imported.stderr).toBe('');
}

describe('a project that installs the tarballs of the libraries', () => {
  let project: string;

  beforeAll(async () => {
    // Offline and with an empty cache: whatever is not in the tarballs would be missing.
    project = await install('libraries', libraries, ['--offline', `--cache=${join(folder, 'cache')}`]);
  });

  test.each(libraries)('can import %s, and gets the same from require()', async (name) => {
    await expectSameExports(project, name);
  });

  test('type-checks against them, declarations included', () => {
    const text = libraries.map((name, index) => `export * as api${index} from '${name}';`).join('\n');
    const consumer = new Map([[join(project, 'consumer.mts'), text]]);
    expect(typeErrors(consumer, { skipLibCheck: false })).toEqual([]);
  });

  test('needs the types of neither Node nor a browser for @fcgi-js/protocol', () => {
    const text = `export { RecordDecoder } from '@fcgi-js/protocol';`;
    const consumer = new Map([[join(project, 'pure.mts'), text]]);
    expect(typeErrors(consumer, { skipLibCheck: false, types: [] })).toEqual([]);
  });
});

describe('a project that installs the tarball of the command', () => {
  let project: string;

  beforeAll(async () => {
    project = await install('command', names, ['--prefer-offline']);
  });

  test.each(programs)('can import %s, and gets the same from require()', async (name) => {
    await expectSameExports(project, name);
  });

  test('has a fcgi command that runs', async () => {
    const { version } = packages.find(({ manifest }) => manifest.name === '@fcgi-js/cli')!.manifest;
    const { stdout } = await run(join(project, 'node_modules/.bin/fcgi'), ['--version']);
    expect(stdout).toBe(`${version}\n`);
  });
});
