import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import type { WebServerName } from '../web-server-names.ts';

const execute = promisify(execFile);

/** How the web servers are asked of which versions something is known. */
const QUESTIONS: Partial<Record<WebServerName, readonly [program: string, argument: string]>> = {
  caddy: ['caddy', 'version'],
  haproxy: ['haproxy', '-v'],
};

/** Web servers are outside the PATH of users. */
const FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * What a web server of this machine says that it is, in one line.
 *
 * @returns undefined where it is not installed here, or nothing is known of its versions
 */
export async function webServerVersion(product: WebServerName): Promise<string | undefined> {
  const [program, argument] = QUESTIONS[product] ?? [];
  if (program === undefined || argument === undefined) return undefined;
  const PATH = [process.env['PATH'] ?? '', ...FOLDERS].join(delimiter);
  const said = await execute(program, [argument], { env: { ...process.env, PATH } }).catch(() => undefined);
  return said?.stdout.split('\n')[0];
}
