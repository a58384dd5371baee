import { expect } from 'vitest';
import { describeSetup } from '../src/conformance/describe-setup.ts';
import type { Setup } from '../src/setup.ts';
import { startApacheFcgid, startApacheProxy } from '../src/web-servers/apache.ts';
import { startCaddy } from '../src/web-servers/caddy.ts';
import { startH2o } from '../src/web-servers/h2o.ts';
import { startHaproxy } from '../src/web-servers/haproxy.ts';
import { startLighttpd } from '../src/web-servers/lighttpd.ts';
import { startNginx } from '../src/web-servers/nginx.ts';

const setups: ReadonlyArray<Pick<Setup, 'launcher' | 'name' | 'programs' | 'start'>> = [
  { name: 'nginx', programs: ['nginx'], start: startNginx },
  { name: 'Apache mod_proxy_fcgi', programs: ['apache2'], start: startApacheProxy },
  {
    name: 'Apache mod_fcgid',
    programs: ['apache2', 'mod_fcgid'],
    launcher: 'web server',
    start: startApacheFcgid,
  },
  { name: 'lighttpd', programs: ['lighttpd'], start: startLighttpd },
  { name: 'Caddy', programs: ['caddy'], start: startCaddy },
  { name: 'h2o', programs: ['h2o'], start: startH2o },
  { name: 'HAProxy', programs: ['haproxy'], start: startHaproxy },
];

const password = `Basic ${btoa('root:anything')}`;

for (const setup of setups) {
  describeSetup(
    { ...setup, application: 'authorizer-app', name: `What ${setup.name} says about a browser` },
    (test) => {
      test('has the password that it sent, and no user whom nobody has checked', async ({ http }) => {
        const answer = await http.request({ path: '/who', headers: { Authorization: password } });
        const { params } = answer.json() as { params: Record<string, string> };
        expect(params['HTTP_AUTHORIZATION']).toBe(password);
        expect(params['REMOTE_USER'] ?? '').toBe('');
        expect(params['AUTH_TYPE'] ?? '').toBe('');
        expect(params['REMOTE_ADDR']).toBe('127.0.0.1');
        expect(params['HTTPS'] ?? 'off').toBe('off');
      });

      test('has the host with its port', async ({ http }) => {
        const answer = await http.request({ path: '/who', headers: { Host: 'shop.example:8443' } });
        const { params } = answer.json() as { params: Record<string, string> };
        expect(params['HTTP_HOST']).toBe('shop.example:8443');
      });
    },
  );
}
