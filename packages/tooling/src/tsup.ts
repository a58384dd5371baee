import { defineConfig } from 'tsup';
import { writeDeclarations } from './declarations.ts';

/** The one way in which a published package of this repository is built. */
export function library(entry: Record<string, string> = { index: 'src/index.ts' }) {
  return defineConfig({
    entry,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    external: [/^node:/],
    dts: { entry: writeDeclarations(process.cwd(), entry) },
    tsconfig: '../../tsconfig.build.json',
    clean: true,
    treeshake: true,
    splitting: true,
    sourcemap: true,
  });
}
