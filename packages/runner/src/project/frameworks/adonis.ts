import { join } from 'node:path';
import type { Build, Framework } from '../build.ts';
import { isFile } from '../paths.ts';

/** AdonisJS, built by `node ace build`, with dependencies of its own. */
export const adonis: Framework = {
  title: 'AdonisJS',
  packages: ['@adonisjs/core'],
  sources: ['app', 'bin', 'config', 'resources', 'start', 'adonisrc.ts'],
  read(folder, dependencies): Build | undefined {
    const file = join(folder, 'build/bin/server.js');
    return dependencies.has('@adonisjs/core') && isFile(file)
      ? { made: file, file, basePath: undefined, statics: [] }
      : undefined;
  },
};
