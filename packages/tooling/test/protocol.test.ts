import { join } from 'node:path';
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
