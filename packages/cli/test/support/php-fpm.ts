import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Child } from '../../../e2e/src/child.ts';
import { until } from '../../../e2e/src/poll.ts';
import { webServerUser } from '../../../e2e/src/users.ts';
import { findProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { runMain } from './test-io.ts';

/** Why php-fpm cannot be used here, if so. */
export const noPhpFpm = skipReason('php-fpm8.2');

/** A php-fpm of one test. */
export interface PhpFpm {
  readonly address: string;
  /** Writes a script. */
  script(name: string, text: string): Promise<string>;
}

/** Starts php-fpm with one pool, its status page at `/status` and its ping page at `/ping`. */
export async function startPhpFpm(folder: string): Promise<PhpFpm> {
  const socket = join(folder, 'php.sock');
  const user = webServerUser();
  const config = join(folder, 'php-fpm.conf');
  await writeFile(
    config,
    `[global]
error_log = ${folder}/php-fpm.log
daemonize = no
[www]
${user === undefined ? '' : `user = ${user.name}\ngroup = ${user.group}`}
listen = ${socket}
pm = static
pm.max_children = 2
pm.status_path = /status
ping.path = /ping
`,
  );
  const php = new Child(findProgram('php-fpm8.2') ?? 'php-fpm8.2', ['-y', config, ...(user ? ['-R'] : [])], {
    cwd: folder,
  });
  onTestFinished(() => php.stop());
  const address = `unix:${socket}`;
  await until(async () => ((await runMain(['ping', address])).status === 0 ? true : undefined), {
    what: `answer of php-fpm: ${php.output}`,
    timeout: 15_000,
  });
  return {
    address,
    script: async (name, text) => {
      const file = join(folder, name);
      await writeFile(file, text);
      await chmod(file, 0o644);
      return file;
    },
  };
}
