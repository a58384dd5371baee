import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isOlder, versionIn } from './version-order.ts';

const execute = promisify(execFile);

/**
 * Whether a Caddy is installed here that refuses `request_buffers`: Debian 12 and 13 have 2.6.2. Where none is found the
 * answer is no, as the web server may be on another machine, or be installed later.
 */
export async function lacksRequestBuffers(): Promise<boolean> {
  const { stdout } = await execute('caddy', ['version']).catch(() => ({ stdout: '' }));
  const version = versionIn(stdout);
  return version !== undefined && isOlder(version, '2.6.4');
}
