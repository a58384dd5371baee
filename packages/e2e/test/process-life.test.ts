import { expect } from 'vitest';
import type { Session } from '../src/conformance/conformance-case.ts';
import { describeSetup } from '../src/conformance/describe-setup.ts';
import { isRunning } from '../src/is-running.ts';
import { until } from '../src/poll.ts';
import type { Setup } from '../src/setup.ts';
import { startApacheFcgid } from '../src/web-servers/apache.ts';
import { startH2o } from '../src/web-servers/h2o.ts';
import { startLighttpd } from '../src/web-servers/lighttpd.ts';
import { startNginx } from '../src/web-servers/nginx.ts';

async function applicationPid({ http }: Session): Promise<number> {
  const { pid } = (await http.request('/process')).json() as { pid: number };
  expect(pid).toBeGreaterThan(1);
  return pid;
}

async function untilGone(pid: number): Promise<void> {
  await until(() => !isRunning(pid) || undefined, { what: 'end of the application' });
}

const starting: Setup[] = [
  { name: 'lighttpd with bin-path', programs: ['lighttpd'], launcher: 'web server', start: startLighttpd },
  {
    name: 'Apache mod_fcgid',
    programs: ['apache2', 'mod_fcgid'],
    launcher: 'web server',
    start: startApacheFcgid,
  },
  { name: 'h2o with fastcgi.spawn', programs: ['h2o'], launcher: 'web server', start: startH2o },
];

for (const setup of starting) {
  describeSetup(setup, (test) => {
    test('ends the application that it has started when it ends itself', async (session) => {
      const pid = await applicationPid(session);
      await session.running.stop();
      await untilGone(pid);
    });
  });
}

const listening: Setup[] = [
  { name: 'An application with a socket of its own', programs: ['nginx'], start: startNginx },
  {
    name: 'An application started by spawn-fcgi',
    programs: ['nginx', 'spawn-fcgi'],
    launcher: 'spawn-fcgi',
    start: startNginx,
  },
];

for (const setup of listening) {
  describeSetup(setup, (test) => {
    test('that is told to end answers what it has begun, then ends with exit status 0', async (session) => {
      const { http, notes, running } = session;
      const pid = await applicationPid(session);
      const token = notes.token();
      const answer = http.request(`/held/${token}`);
      await notes.waitFor(token, 'running');
      process.kill(pid, 'SIGTERM');
      await notes.release(token);
      expect((await answer).text()).toBe('first\nsecond\n');
      await untilGone(pid);
      // Fails if the exit status is another.
      await running.stop();
    });
  });
}
