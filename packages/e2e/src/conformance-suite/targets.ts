import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram, type SystemProgram } from '../../../tooling/src/system-packages.mjs';

const run = promisify(execFile);
const targets = fileURLToPath(new URL('../../../conformance/targets/', import.meta.url));

/** A ready target of the probe contract, in another language than ours. */
export interface ExaminedTarget {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  /** Checks of what works in it: what it fails is not written down here, since versions differ. */
  readonly passes: readonly number[];
  /** Builds it in the folder. @returns the command for the checks, and the params that every request needs */
  build(folder: string): Promise<{ params?: Readonly<Record<string, string>>; spawn: string }>;
}

/** Checks that every one of them passes: the basics, and the routes of the contract. */
const common = [
  101, 102, 103, 104, 107, 108, 115, 116, 117, 118, 130, 131, 201, 202, 215, 240, 244, 350, 357,
];
const routes = [400, 402, 407, 414, 418, 420, 430, 431, 434, 440, 460, 463, 470, 471, 474, 476, 477, 478];

/** The targets that Debian can build or run. */
export const examinedTargets: readonly ExaminedTarget[] = [
  {
    name: 'C with libfcgi',
    programs: ['gcc', 'libfcgi'],
    passes: [...common, ...routes, 112, 480, 484],
    build: async (folder) => {
      const file = join(folder, 'probe');
      await run(findProgram('gcc') ?? '', ['-o', file, join(targets, 'libfcgi/probe.c'), '-lfcgi']);
      return { spawn: file };
    },
  },
  {
    name: 'Go',
    programs: ['go'],
    passes: [...common, ...routes, 112, 132, 211, 251, 252, 270, 411, 424, 443],
    build: async (folder) => {
      const file = join(folder, 'probe');
      const env = { ...process.env, CGO_ENABLED: '0', GO111MODULE: 'off', GOCACHE: join(folder, 'cache') };
      await run(findProgram('go') ?? '', ['build', '-o', file, join(targets, 'go/main.go')], { env });
      return { spawn: file };
    },
  },
  {
    name: 'php-fpm',
    programs: ['php-fpm8.2'],
    passes: [...common, ...routes.filter((id) => id !== 418), 132, 270, 330, 444],
    build: async (folder) => {
      const configuration = join(folder, 'fpm.conf');
      const lines = [
        '[global]',
        'daemonize = no',
        `error_log = ${folder}/error.log`,
        '[www]',
        'listen = @SOCKET@',
      ];
      const pool = ['pm = static', 'pm.max_children = 4', 'php_admin_value[post_max_size] = 64M'];
      // As root it wants a user for its workers.
      const account = process.getuid?.() === 0 ? ['user = www-data', 'group = www-data'] : [];
      await writeFile(`${configuration}.in`, `${[...lines, ...account, ...pool].join('\n')}\n`);
      const start = `sed "s#@SOCKET@#$1#" ${configuration}.in > ${configuration}\nexec ${findProgram('php-fpm8.2')} --nodaemonize --no-php-ini --fpm-config ${configuration}\n`;
      await writeFile(join(folder, 'start.sh'), start);
      const script = join(folder, 'probe.php');
      await run('cp', [join(targets, 'php/probe.php'), script]);
      return { params: { SCRIPT_FILENAME: script }, spawn: `sh ${folder}/start.sh {socket}` };
    },
  },
];
