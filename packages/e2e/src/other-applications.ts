import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram, type SystemProgram } from '../../tooling/src/system-packages.mjs';
import { Child } from './child.ts';
import { until } from './poll.ts';
import { createTemporaryFolder } from './temporary-folder.ts';
import { webServerUser } from './users.ts';

/** An application in another language than ours, which runs for a test. */
export interface OtherApplication {
  /** Its Unix socket, as our client takes it. */
  readonly address: string;
  /** A folder into which it may write. */
  readonly folder: string;
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const programs = fileURLToPath(new URL('../programs/', import.meta.url));

/** The script that php-fpm runs; see its head. */
export const PHP_SCRIPT = join(programs, 'php/index.php');

/**
 * PHP-FPM with four workers, each of which serves one connection at a time.
 *
 * @param settings of php.ini besides, such as `extension=/path/mysqli.so`
 */
export function startPhpFpm(settings: readonly string[] = []): Promise<OtherApplication> {
  return start('php-fpm8.2', async (folder, socket) => {
    const user = webServerUser();
    const configuration = `
[global]
error_log = ${folder}/error.log
daemonize = no
[www]
${user === undefined ? '' : 'user = www-data\ngroup = www-data\n'}
listen = ${socket}
pm = static
pm.max_children = 4
php_admin_value[session.save_path] = ${folder}
php_admin_value[upload_tmp_dir] = ${folder}
php_admin_value[upload_max_filesize] = 64M
php_admin_value[post_max_size] = 64M
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
`;
    await writeFile(join(folder, 'fpm.conf'), configuration);
    // No php.ini, and so none of the machine's own settings.
    const args = ['--nodaemonize', '--no-php-ini', '--fpm-config', join(folder, 'fpm.conf')];
    return [program('php-fpm8.2'), [...args, ...settings.flatMap((setting) => ['--define', setting])]];
  });
}

/** A C program with libfcgi. It serves one connection at a time. */
export function startLibfcgi(): Promise<OtherApplication> {
  return start('libfcgi', async (folder, socket) => {
    const file = join(folder, 'application');
    await run(program('gcc'), ['-o', file, join(programs, 'libfcgi/main.c'), '-lfcgi']);
    return [file, [socket]];
  });
}

/** A Go program with net/http/fcgi, which multiplexes. */
export function startGo(): Promise<OtherApplication> {
  return start('go', async (folder, socket) => {
    const file = join(folder, 'application');
    const env = { ...process.env, CGO_ENABLED: '0', GO111MODULE: 'off', GOCACHE: join(folder, 'cache') };
    await run(program('go'), ['build', '-o', file, join(programs, 'go/main.go')], { env });
    return [file, [socket]];
  });
}

function program(name: SystemProgram): string {
  return findProgram(name) ?? name;
}

async function start(
  name: string,
  prepare: (folder: string, socket: string) => Promise<[command: string, args: string[]]>,
): Promise<OtherApplication> {
  const temporary = createTemporaryFolder('fcgi-other');
  const folder = join(temporary.path, 'writable');
  await chmod(temporary.path, 0o755);
  await mkdir(folder);
  await chmod(folder, 0o777);
  const socket = join(temporary.path, 'app.sock');
  const [command, args] = await prepare(folder, socket);
  const child = new Child(command, args);
  const ended = new AbortController();
  void child.exited.then((how) => ended.abort(new Error(`${how}\n${child.output}`)));
  await until(async () => (await accepts(socket)) || undefined, { what: name, signal: ended.signal });
  return {
    address: `unix:${socket}`,
    folder,
    output: () => child.output,
    stop: async () => {
      await child.stop();
      temporary.remove();
    },
  };
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('error', () => resolve(false));
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
  });
}
