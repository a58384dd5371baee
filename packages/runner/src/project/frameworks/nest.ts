import { join } from 'node:path';
import type { Build, Framework } from '../build.ts';
import { isFile } from '../paths.ts';

/** Nest, built by `nest build`. */
export const nest: Framework = {
  title: 'Nest',
  packages: ['@nestjs/core'],
  sources: ['src', 'nest-cli.json'],
  read(folder, dependencies): Build | undefined {
    // Others have a dist/main.js, too.
    if (!dependencies.has('@nestjs/core')) return undefined;
    const file = ['dist/main.js', 'dist/src/main.js'].map((each) => join(folder, each)).find(isFile);
    return file === undefined ? undefined : { made: file, file, basePath: undefined, statics: [] };
  },
};
