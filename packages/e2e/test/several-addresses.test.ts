import { join } from 'node:path';
import { expect } from 'vitest';
import { describeSetup } from '../src/conformance/describe-setup.ts';
import type { Setup } from '../src/setup.ts';
import { startApacheProxy } from '../src/web-servers/apache.ts';
import { startCaddy } from '../src/web-servers/caddy.ts';
import { startHaproxy } from '../src/web-servers/haproxy.ts';
import { startLighttpd } from '../src/web-servers/lighttpd.ts';
import { startNginx } from '../src/web-servers/nginx.ts';

const REQUESTS = 20;

const setups: ReadonlyArray<Pick<Setup, 'name' | 'programs' | 'start'>> = [
  { name: 'nginx', programs: ['nginx'], start: startNginx },
  { name: 'Apache mod_proxy_fcgi', programs: ['apache2'], start: startApacheProxy },
  { name: 'lighttpd', programs: ['lighttpd'], start: startLighttpd },
  { name: 'Caddy', programs: ['caddy'], start: startCaddy },
  { name: 'HAProxy', programs: ['haproxy'], start: startHaproxy },
];

for (const { name, programs, start } of setups) {
  const setup: Setup = {
    name: `${name} with two addresses, of which one is not there`,
    programs,
    start: (options) => start({ ...options, others: [`unix:${join(options.folder, 'none.sock')}`] }),
  };
  describeSetup(setup, (test) => {
    test('answers every request', async ({ http }) => {
      for (let request = 0; request < REQUESTS; request += 1) {
        const answer = await http.request('/');
        expect(answer.status).toBe(200);
        expect(answer.text()).toBe('hello');
      }
    });
  });
}
