import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeBundle } from '../../src/make-bundle.ts';
import type { BundleOptions } from '../../src/options.ts';
import { folderWith } from './folder.ts';

/** Makes a bundle of a project, in a folder that is nowhere near it. */
export function bundleOf(project: string, options: Partial<BundleOptions> = {}) {
  return makeBundle({
    app: '.',
    cwd: project,
    node: process.execPath,
    output: join(folderWith(), 'out'),
    ...options,
  });
}

/** Asks a bundle for a page, as a web server does in plain CGI, with next to no environment. */
export async function pageOf(bundle: string, path = '/'): Promise<string> {
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    PATH: '/usr/bin:/bin',
    PATH_INFO: path,
    REQUEST_METHOD: 'GET',
    REQUEST_URI: path,
    SCRIPT_NAME: '',
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
  const child = promisify(execFile)(join(bundle, 'app.fcgi'), { cwd: '/', env });
  child.child.stdin?.end();
  const { stdout } = await child;
  return stdout.slice(stdout.indexOf('\r\n\r\n') + 4);
}
