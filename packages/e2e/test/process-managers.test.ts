import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { FcgiClient } from '@fcgi-js/client';
import { initScript, supervisorConfig } from '@fcgi-js/configs';
import { expect, onTestFinished, test } from 'vitest';
import { findProgram, skipReason } from '../../tooling/src/system-packages.mjs';
import { installProgram } from '../src/application.ts';
import { Child } from '../src/child.ts';
import { until } from '../src/poll.ts';
import { createScratchFolder } from '../src/scratch-folder.ts';
import { webServerUser } from '../src/users.ts';

const run = promisify(execFile);

/** The process that answers on a socket; fails if nobody does. */
async function processBehind(socket: string): Promise<number> {
  const client = new FcgiClient({ address: `unix:${socket}` });
  try {
    const response = await client.request({ params: { REQUEST_METHOD: 'GET', REQUEST_URI: '/process' } });
    return ((await json(response.body)) as { pid: number }).pid;
  } finally {
    await client.close();
  }
}

/** Waits until another process than these answers. */
function nextProcess(socket: string, ...before: number[]): Promise<number> {
  const check = () =>
    processBehind(socket).then(
      (pid) => (before.includes(pid) ? undefined : pid),
      () => undefined,
    );
  return until(check, { what: 'process that answers' });
}

async function startingPoint() {
  const folder = await createScratchFolder();
  onTestFinished(folder.remove);
  const program = await installProgram('express-app', folder.path);
  const user = webServerUser();
  const app = { command: [process.execPath, program], ...(user === undefined ? {} : { user: user.name }) };
  return { app, folder: folder.path, socket: join(folder.path, 'app.sock') };
}

const noSupervisor = skipReason('supervisord');
test.skipIf(noSupervisor)(
  `supervisor keeps the socket open, restarts the application and ends it${noSupervisor ? ` (${noSupervisor})` : ''}`,
  async () => {
    const { app, folder, socket } = await startingPoint();
    const log = join(folder, 'supervisord.log');
    const program = supervisorConfig({ app, listen: socket });
    const config = join(folder, 'supervisord.conf');
    const wrapper = `[supervisord]\nlogfile=${log}\npidfile=${folder}/supervisord.pid\nchildlogdir=${folder}\n`;
    await writeFile(config, `${wrapper}\n${program}`);
    const supervisor = new Child(findProgram('supervisord') ?? 'supervisord', ['-n', '-c', config], {
      cwd: folder,
    });
    // Killed, it would leave the application behind.
    onTestFinished(() => supervisor.stop());
    const first = await nextProcess(socket);
    process.kill(first, 'SIGKILL');
    const second = await nextProcess(socket, first);
    await supervisor.stop();
    expect(supervisor.exitCode).toBe(0);
    expect(() => process.kill(second, 0)).toThrow('ESRCH');
    expect(supervisor.output).toMatch(/stopped: app \(exit status 0\)/);
  },
);

const noInit = skipReason('start-stop-daemon', 'spawn-fcgi');
test.skipIf(noInit)(
  `the init script starts the application, tells its status, restarts and stops it${noInit ? ` (${noInit})` : ''}`,
  async () => {
    const { app, folder, socket } = await startingPoint();
    const script = join(folder, 'app');
    await writeFile(script, initScript({ app: { user: userInfo().username, ...app }, listen: socket }));
    const env = { ...process.env, PIDFILE: join(folder, 'pid'), LOGFILE: join(folder, 'log') };
    const service = (action: string) =>
      run('/bin/sh', [script, action], { env }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
      );
    onTestFinished(async () => {
      await service('stop');
    });

    expect(await service('status')).toEqual({ code: 3, stdout: 'app is not running\n' });
    expect((await service('start')).code).toBe(0);
    const first = await nextProcess(socket);
    expect(await service('status')).toEqual({ code: 0, stdout: 'app is running\n' });
    expect((await service('start')).code).toBe(0);
    expect(await processBehind(socket)).toBe(first);

    expect((await service('restart')).code).toBe(0);
    const second = await nextProcess(socket, first);
    expect(() => process.kill(first, 0)).toThrow('ESRCH');

    expect((await service('stop')).code).toBe(0);
    expect(() => process.kill(second, 0)).toThrow('ESRCH');
    expect((await service('status')).code).toBe(3);
    expect((await service('stop')).code).toBe(0);
    expect((await service('nonsense')).code).toBe(2);
  },
);
