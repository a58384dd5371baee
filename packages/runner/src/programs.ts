import { fileURLToPath } from 'node:url';

/** The programs of this package; users start none of them. */
export type Program = 'duplicate-socket' | 'open-socket' | 'read-config' | 'watchdog' | 'worker';

/** The file of a program. By the name of the package: where this module ends up is the bundler's business. */
export function programFile(name: Program): string {
  return fileURLToPath(new URL(`./dist/bin/${name}.js`, import.meta.resolve('@fcgi-js/runner/package.json')));
}
