import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { supervisorConfig, systemdUnits } from '@fcgi-js/configs';
import { expect, onTestFinished, test } from 'vitest';
import { findProgram, type SystemProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { Child } from '../../src/child.ts';
import { HttpClient } from '../../src/http.ts';
import { isRunning } from '../../src/is-running.ts';
import { until } from '../../src/poll.ts';
import { fcgi } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { webServerUser } from '../../src/users.ts';
import { startApacheFcgid } from '../../src/web-servers/apache.ts';
import { startLighttpd } from '../../src/web-servers/lighttpd.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';
import type { WebServer, WebServerOptions } from '../../src/web-servers/web-server.ts';

const run = promisify(execFile);

const application = (word: string) => `module.exports = (req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ word: '${word}', pid: process.pid, parent: process.ppid }));
};
`;

/** What the application tells about itself. */
interface Told {
  readonly parent: number;
  readonly pid: number;
  readonly word: string;
}

async function scratchFolder(): Promise<string> {
  const folder = await createScratchFolder();
  onTestFinished(folder.remove);
  return folder.path;
}

async function ask({ url }: WebServer): Promise<Told> {
  return (await new HttpClient(url).request('/')).json() as Told;
}

/** The command of a process, to be sure which one it is. */
const commandOf = (pid: number) => readFile(`/proc/${pid}/cmdline`, 'utf8');

type Start = (options: WebServerOptions) => Promise<WebServer>;
const starters: Array<[product: string, programs: SystemProgram[], start: Start]> = [
  ['lighttpd', ['lighttpd'], startLighttpd],
  ['Apache mod_fcgid', ['apache2', 'mod_fcgid'], startApacheFcgid],
];

for (const [product, programs, start] of starters) {
  const missing = skipReason(...programs);
  test.skipIf(missing).each([
    ['alone', ''],
    ['with workers', '--workers 2 '],
  ])(
    `${product} starts an application whose first line is the command, %s, and leaves no process behind${missing ? ` (${missing})` : ''}`,
    async (how, options) => {
      const folder = await scratchFolder();
      const program = join(folder, 'app.fcgi');
      // `#!/usr/bin/env -S fcgi run`, without a PATH on which this build would have to be.
      const shebang = `#!/usr/bin/env -S ${process.execPath} ${fcgi} run ${options}`;
      await writeFile(program, `${shebang.trimEnd()}\n${application('served')}`);
      await chmod(program, 0o755);
      const server = await start({ application: { kind: 'spawn', program, arguments: [] }, folder });
      let isStopped = false;
      onTestFinished(async () => {
        if (!isStopped) await server.stop();
      });
      const { parent, pid, word } = await ask(server);
      expect(word).toBe('served');
      const runner = how === 'alone' ? pid : parent;
      expect(await commandOf(runner)).toContain(
        `run\0${how === 'alone' ? '' : '--workers\x002\0'}${program}`,
      );
      isStopped = true;
      await server.stop();
      await until(() => ![pid, runner].some(isRunning) || undefined, { what: 'end of the application' });
    },
  );
}

const noLighttpd = skipReason('lighttpd');
test.skipIf(noLighttpd)(
  `an application goes on when the lighttpd that has started it is killed, serves the next one, and ends when told${noLighttpd ? ` (${noLighttpd})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const program = join(folder, 'app.fcgi');
    await writeFile(program, `#!/usr/bin/env -S ${process.execPath} ${fcgi} run\n${application('served')}`);
    await chmod(program, 0o755);
    const options: WebServerOptions = { application: { kind: 'spawn', program, arguments: [] }, folder };
    const killed = await startLighttpd(options);
    onTestFinished(killed.stop);
    const { parent, pid } = await ask(killed);
    onTestFinished(() => {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    });
    process.kill(parent, 'SIGKILL');
    await until(() => !isRunning(parent) || undefined, { what: 'end of lighttpd' });
    const next = await startLighttpd(options);
    onTestFinished(next.stop);
    expect(await ask(next)).toMatchObject({ pid });
    process.kill(pid, 'SIGTERM');
    await until(() => !isRunning(pid) || undefined, { what: 'end of the application' });
  },
);

const noSystemd = skipReason('systemd-analyze');
test.skipIf(noSystemd)(
  `systemd understands the units of a runner that tells it how it goes${noSystemd ? ` (${noSystemd})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const app = {
      command: ['/usr/bin/env', 'fcgi', 'run', '--workers', 'auto', '/srv/app/app.js'],
      user: 'root',
    };
    const { service, socket = '' } = systemdUnits({ app, listen: join(folder, 'app.sock') });
    expect(service).toContain('KillMode=mixed\n');
    expect(service).toContain('Type=notify\n');
    const units = [join(folder, 'app.service'), join(folder, 'app.socket')];
    await writeFile(units[0]!, service);
    await writeFile(units[1]!, socket);
    // It fails, or complains, about what it does not know.
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units]);
    expect(stderr.split('\n').filter((line) => line.includes('app.'))).toEqual([]);
  },
);

const noSupervisor = skipReason('supervisord', 'nginx');
test.skipIf(noSupervisor)(
  `supervisor starts a parent with workers as a user, reloads it and ends it${noSupervisor ? ` (${noSupervisor})` : ''}`,
  async () => {
    const folder = await scratchFolder();
    const file = join(folder, 'app.cjs');
    await writeFile(file, application('old'));
    const socket = join(folder, 'app.sock');
    const user = webServerUser();
    const app = {
      command: [process.execPath, fcgi, 'run', '--workers', '2', file],
      ...(user === undefined ? {} : { user: user.name }),
    };
    const config = join(folder, 'supervisord.conf');
    const control = join(folder, 'control.sock');
    await writeFile(
      config,
      `[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
[unix_http_server]
file=${control}
[supervisorctl]
serverurl=unix://${control}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

${supervisorConfig({ app, listen: socket })}`,
    );
    const supervisor = new Child(findProgram('supervisord') ?? 'supervisord', ['-n', '-c', config], {
      cwd: folder,
    });
    // Killed, it would leave the application behind.
    onTestFinished(() => supervisor.stop());
    const nginx = await startNginx({ application: { kind: 'unix', path: socket }, folder });
    onTestFinished(nginx.stop);
    const first = await ask(nginx);
    expect(first.word).toBe('old');
    expect(await commandOf(first.parent)).toContain('--workers\x002\x00');
    await writeFile(file, application('new'));
    await run('supervisorctl', ['-c', config, 'signal', 'HUP', 'app']);
    const isNew = async () => ((await ask(nginx)).word === 'new' ? true : undefined);
    await until(isNew, { what: 'new version', timeout: 20_000 });
    await until(() => !isRunning(first.pid) || undefined, { what: 'end of the old worker' });
    const second = await ask(nginx);
    expect(second.parent).toBe(first.parent);
    await supervisor.stop();
    expect(supervisor.output).toMatch(/stopped: app \(exit status 0\)/);
    expect([first.parent, second.pid].filter(isRunning)).toEqual([]);
  },
);
