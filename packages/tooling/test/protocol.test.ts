import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as protocol from '@fcgi-js/protocol';
import { build } from 'esbuild';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
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
  expect(bundle?.text).toContain('FCGI_UNSUPPORTED_VERSION');
  expect(gzipSync(bundle?.contents ?? '', { level: 9 }).length).toBeLessThanOrEqual(5_000);
});

test('the tests of @fcgi-js/protocol run every line and every branch of it', async () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.coverage.config.ts'];
  // It ends with another code than 0, and execFile throws, where less than all is covered.
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stdout).toMatch(/^All files +\| +100 \| +100 \| +100 \| +100 \|/m);
});

describe('the program in the README of @fcgi-js/protocol', () => {
  const [readme] = repositoryFiles('packages/protocol', ['protocol/README.md']);
  const [program, printed] = codeBlocks(readme?.text ?? '').map(({ text }) => text);

  test('has fewer than 15 lines', () => {
    expect(program?.trimEnd().split('\n').length).toBeLessThan(15);
  });

  test('prints what the README says', () => {
    const { outputText } = ts.transpileModule(program ?? '', {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    const lines: string[] = [];
    const run = new Function('require', 'exports', 'console', outputText);
    run(() => protocol, {}, { log: (line: string) => lines.push(`${line}\n`) });
    expect(lines.join('')).toBe(printed);
  });
});
