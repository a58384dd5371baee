import { expect, test } from 'vitest';
import { nginxConfig } from '../src/nginx.ts';

const upstream = { host: 'a.test', keep: true, socketPath: '/tmp/a.sock', transport: 'fastcgi' } as const;
const config = (change: Partial<Parameters<typeof nginxConfig>[2][number]>) =>
  nginxConfig('/tmp/x', 8_080, [{ ...upstream, ...change }]);

test('connections to FastCGI applications are kept if that is asked for', () => {
  expect(config({})).toMatch(/keepalive 64;[\s\S]*fastcgi_pass app0; fastcgi_keep_conn on;/);
});

test('connections to HTTP applications are kept if that is asked for', () => {
  expect(config({ transport: 'http' })).toMatch(
    /keepalive 64;[\s\S]*proxy_pass http:\/\/app0; proxy_http_version 1.1; proxy_set_header Connection "";/,
  );
});

test.each(['fastcgi', 'http'] as const)('by default nginx keeps no connection over %s', (transport) => {
  expect(config({ keep: false, transport })).not.toMatch(/keepalive \d|keep_conn|http_version/);
});
