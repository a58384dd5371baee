import { dirname, join } from 'node:path';
import { readJson } from '../../files/read-json.ts';
import { type Build, basePathOf, type Framework } from '../build.ts';
import { commandFile } from '../command-file.ts';
import { isFile, isFolder } from '../paths.ts';

interface ServerFiles {
  readonly config?: { readonly basePath?: string };
  /** The folder of the application within a monorepo. */
  readonly relativeAppDir?: string;
}

/** Next.js: `next build`, and `output: 'standalone'`. */
export const next: Framework = {
  title: 'Next.js',
  packages: ['next'],
  sources: [
    'app',
    'components',
    'lib',
    'pages',
    'src',
    'next.config.js',
    'next.config.mjs',
    'next.config.ts',
  ],
  read(folder, dependencies): Build | undefined {
    const made = join(folder, '.next/required-server-files.json');
    if (!isFile(made)) return undefined;
    const { config, relativeAppDir = '' } = readJson(made) as ServerFiles;
    const basePath = basePathOf(config?.basePath ?? '');
    const servers = [join(folder, '.next/standalone', relativeAppDir, 'server.js'), standaloneItself(folder)];
    const server = servers.find((file) => file !== undefined && isFile(file));
    const statics = [{ prefix: '/_next/static', folder: join(folder, '.next/static') }];
    if (server !== undefined) {
      const isWhole = isFolder(join(dirname(server), '.next/static'));
      return { made, file: server, basePath, statics, ...(isWhole ? {} : { warning: INCOMPLETE }) };
    }
    return { made, file: commandFile(folder, dependencies, 'next'), args: ['start'], basePath, statics };
  },
};

const INCOMPLETE =
  'Next.js leaves .next/static and public out of its standalone output: let the web server send them, as what fcgi init writes does, or copy them there';

/** The folder is the standalone output, as it is copied to a host: it has the server, and no other build in it. */
function standaloneItself(folder: string): string | undefined {
  return isFile(join(folder, '.next/trace')) ? undefined : join(folder, 'server.js');
}
