import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../tooling/src/workspace.mjs';
import { pages } from '../../src/pages.ts';

const site = join(root, 'packages/site');
const dist = join(site, 'dist');

/** Builds the site, unless `npm run docs` has just done so. */
export async function buildWhenStale(): Promise<void> {
  const index = join(dist, 'index.html');
  if (
    existsSync(index) &&
    statSync(index).mtimeMs > Math.max(...sources().map((file) => statSync(file).mtimeMs))
  ) {
    return;
  }
  await promisify(execFile)(process.execPath, [join(site, 'bin/build.mjs')]);
}

function sources(): string[] {
  const folders = [join(site, 'src'), join(site, '.vitepress'), join(root, 'packages/configs/src')];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return [...files, ...pages.map(({ source }) => join(root, source))];
}

/** The paths of all pages that are built. */
export function builtPages(): string[] {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => `/${file}`)
    .sort();
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

export interface Server {
  readonly origin: string;
  close(): void;
}

/** Serves the site the way web servers do: `/deploying` is `deploying.html`. */
export async function serveSite(): Promise<Server> {
  const server = createServer(async (req, res) => {
    const path = decodeURIComponent(new URL(req.url ?? '/', 'http://localhost').pathname);
    const file = [path, `${path}.html`, `${path}index.html`]
      .map((candidate) => join(dist, candidate))
      .find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
    res.writeHead(file === undefined ? 404 : 200, {
      // Their names have a hash of what is in them, and every page asks for most of them.
      ...(path.startsWith('/assets/') ? { 'Cache-Control': 'max-age=3600, immutable' } : {}),
      'Content-Type': types[extname(file ?? '')] ?? 'text/plain',
    });
    res.end(file === undefined ? 'Not found' : await readFile(file));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
