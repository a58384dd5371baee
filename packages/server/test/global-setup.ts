import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the programs of `test/programs` are, each in one file that plain `node` runs. */
    programs: string;
  }
}

/** Builds the programs that tests start. They are made of the sources, so that nothing has to be built before. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-programs-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also when the tests are broken off.
  process.once('exit', remove);
  // Tests start them as other users as well.
  chmodSync(folder, 0o755);
  await build({
    clean: false,
    config: false,
    entry: [fileURLToPath(new URL('programs/*.mjs', import.meta.url))],
    esbuildOptions: (options) => {
      options.conditions = ['@fcgi-js/source'];
    },
    format: 'esm',
    noExternal: [/.*/],
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    platform: 'node',
    silent: true,
    splitting: false,
    target: 'node20',
  });
  provide('programs', folder);
  return remove;
}
