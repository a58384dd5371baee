import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Build, basePathOf, type Framework } from '../build.ts';
import { commandFile } from '../command-file.ts';
import { isFile, isFolder } from '../paths.ts';

const BASENAME = /\bbasename = "([^"]*)"/;
const COMMANDS = ['react-router-serve', 'remix-serve'];

/** React Router as a framework, and Remix, from which it came. */
export const reactRouter: Framework = {
  title: 'React Router',
  packages: ['@react-router/dev', '@react-router/node', '@remix-run/dev', '@remix-run/node'],
  sources: [
    'app',
    'public',
    'vite.config.js',
    'vite.config.ts',
    'react-router.config.js',
    'react-router.config.ts',
  ],
  read(folder, dependencies): Build | undefined {
    const made = join(folder, 'build/server/index.js');
    const assets = join(folder, 'build/client/assets');
    if (!(isFile(made) && isFolder(assets))) return undefined;
    const text = readFileSync(made, 'utf8');
    const [, basename] = BASENAME.exec(text) ?? [];
    return {
      made,
      file: COMMANDS.map((command) => commandFile(folder, dependencies, command)).find(Boolean),
      args: [made],
      basePath: basename === undefined ? undefined : basePathOf(basename),
      statics: [{ prefix: '/assets', folder: assets }],
    };
  },
};
