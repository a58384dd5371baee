import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FcgiClient } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { Child } from '../../src/child.ts';
import { until } from '../../src/poll.ts';
import { fcgi } from '../../src/runner.ts';
import { createTemporaryFolder } from '../../src/temporary-folder.ts';
import { webServerUser } from '../../src/users.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const boot = fileURLToPath(new URL('../../src/systemd/boot.sh', import.meta.url));
const namespaces = [
  '--pid',
  '--fork',
  '--mount',
  '--mount-proc',
  '--cgroup',
  '--uts',
  '--ipc',
  '--kill-child',
];

/** Whether this machine lets systemd be process 1 of a namespace: as root, with a cgroup2 that may be mounted. */
const isPossible =
  process.getuid?.() === 0 &&
  spawnSync('unshare', [
    ...namespaces,
    'sh',
    '-c',
    'test -x /lib/systemd/systemd && mount --make-rprivate / && mount -t cgroup2 cgroup2 /mnt && test -w /mnt/cgroup.procs',
  ]).status === 0;
if (!isPossible)
  console.log('skipped: systemd as process 1 needs root, systemd, unshare, and a cgroup2 of its own');

const APPLICATION = `require('http').createServer((req, res) => {
  res.end([process.pid, process.getuid(), process.cwd(), process.env.NODE_ENV].join(' '));
}).listen(3000);
`;

/** The socket of the application, as the process `first` sees it. */
const socketSeenBy = (first: number) => `/proc/${first}/root/run/app.sock`;

/** Process 1 of the namespace, as this one sees it, once it has made the socket of the application. */
async function bootedProcess(unshare: Child): Promise<number | undefined> {
  const children = await readFile(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8');
  const first = Number(children.trim().split(' ')[0]);
  return existsSync(socketSeenBy(first)) ? first : undefined;
}

test.skipIf(!isPossible)(
  'systemd starts what fcgi init has written at the first request, reloads it, and starts it again after a stop',
  async () => {
    const { path: folder, remove } = createTemporaryFolder('fcgi-systemd');
    onTestFinished(remove);
    await mkdir(join(folder, 'units'));
    await writeFile(join(folder, 'app.cjs'), APPLICATION);
    const options = ['--name', 'app', '--web-server', 'nginx', '--start', 'systemd', '--yes'];
    await run(process.execPath, [fcgi, 'init', 'app.cjs', ...options, '-o', 'units'], { cwd: folder });
    for (const name of await readdir(join(folder, 'units'))) {
      const file = join(folder, 'units', name);
      const unit = await readFile(file, 'utf8');
      const moved = unit.replaceAll(folder, '/mnt/app').replaceAll(repository, '/mnt/repository/');
      await writeFile(file, moved);
    }

    const systemd = new Child('unshare', [...namespaces, 'sh', boot, folder, repository]);
    onTestFinished(async () => void (await systemd.stop('SIGKILL')));
    // At first unshare has another child, which makes the namespaces.
    const first = await until(() => bootedProcess(systemd), { what: 'socket of systemd' });
    const inside = (...command: readonly string[]) =>
      run('nsenter', ['-t', String(first), '--mount', '--pid', '--cgroup', ...command]);
    const socket = socketSeenBy(first);
    const ask = async () => {
      const client = new FcgiClient({ address: `unix:${socket}` });
      try {
        const params = { REQUEST_METHOD: 'GET', REQUEST_URI: '/', SERVER_PROTOCOL: 'HTTP/1.1' };
        const response = await client.request({ params });
        return await text(response.body);
      } finally {
        await client.close({ timeout: 0 });
      }
    };
    const state = async () => (await inside('systemctl', 'show', 'app', '-P', 'ActiveState')).stdout.trim();
    const active = () =>
      until(async () => (await state()) === 'active' || undefined, {
        interval: 200,
        what: 'active service',
        timeout: 60_000,
      });

    const seen = await ask();
    const user = webServerUser()?.uid;
    expect(seen).toMatch(new RegExp(`^\\d+ ${user} /mnt/app production$`));
    await active();
    expect((await inside('systemctl', 'show', 'app', '-P', 'NRestarts')).stdout).toBe('0\n');
    expect((await inside('systemctl', 'show', 'app', '-P', 'StatusText')).stdout).not.toBe('\n');

    await inside('systemctl', 'reload', 'app');
    await until(async () => (await ask()) !== seen || undefined, { what: 'answer of a new worker' });
    await active();

    await inside('systemctl', 'stop', 'app');
    expect(await state()).toBe('inactive');
    expect(await ask()).not.toBe(seen);
    await active();
  },
);
