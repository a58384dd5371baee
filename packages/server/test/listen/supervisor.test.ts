import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { Child, program } from '../support/child.ts';
import { dialAddress, scratchFolder } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { testWith } from '../support/skipping.ts';
import { GET, request } from '../support/wire.ts';

/** Supervisor looks at its processes once a second. */
const PATIENCE = { timeout: 30_000 };

async function get(path: string, url: string): Promise<string> {
  const peer = new Peer(await dialAddress(`unix:${path}`));
  peer.send(request(1, { params: { ...GET, REQUEST_URI: url } }));
  const { body } = await peer.answer(1);
  peer.leave();
  return body;
}

testWith('supervisord')(
  "supervisor's fcgi-program: several processes share its socket, are restarted and stopped",
  async () => {
    const folder = scratchFolder();
    const socket = join(folder, 'app.sock');
    const log = join(folder, 'supervisord.log');
    const config = join(folder, 'supervisord.conf');
    writeFileSync(
      config,
      `[supervisord]
nodaemon=true
user=${process.getuid?.() === 0 ? 'root' : process.env['USER']}
logfile=${log}
pidfile=${folder}/supervisord.pid
childlogdir=${folder}

[fcgi-program:app]
command=${process.execPath} ${program('app')} auto
socket=unix://${socket}
socket_mode=0700
process_name=%(program_name)s_%(process_num)02d
numprocs=2
startsecs=0
autorestart=true
stopsignal=TERM
`,
    );
    const supervisor = new Child('supervisord', ['-n', '-c', config], { cwd: folder });
    onTestFinished(async () => {
      // Killed, it would leave its programs behind.
      supervisor.process.kill('SIGTERM');
      await supervisor.ended;
    });
    const logged = () => readFileSync(log, 'utf8');
    await expect.poll(() => supervisor.stdout + supervisor.stderr, PATIENCE).toMatch(/app_01.*RUNNING/s);
    /** The processes that have answered so far: what answers also takes SIGTERM. */
    const pids = new Set<string>();
    const serving = async () => {
      for (const pid of await Promise.all(Array.from({ length: 10 }, () => get(socket, '/pid'))))
        pids.add(pid);
      return pids.size;
    };
    await expect.poll(serving, PATIENCE).toBe(2);
    expect(await get(socket, '/exit')).toBe('exit');
    await expect.poll(logged, PATIENCE).toMatch(/exited: app_0\d \(exit status 3/);
    // Only then does the new process have a listener for SIGTERM: before, the signal would end it at once.
    await expect.poll(serving, PATIENCE).toBe(3);
    supervisor.process.kill('SIGTERM');
    expect(await supervisor.ended).toBe(0);
    // They ended by themselves, in time, with status 0.
    expect(logged().match(/stopped: app_0\d \(exit status 0\)/g)).toHaveLength(2);
    expect(logged()).not.toContain('SIGKILL');
  },
  60_000,
);
