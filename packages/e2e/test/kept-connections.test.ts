import { afterAll, expect } from 'vitest';
import { describeSetup } from '../src/conformance/describe-setup.ts';
import { echoOf } from '../src/conformance/echo.ts';
import { type ConnectionTap, openConnectionTap } from '../src/connection-tap.ts';
import { patternBytes, patternSha256 } from '../src/pattern.ts';
import type { Setup } from '../src/setup.ts';
import { startApacheProxy } from '../src/web-servers/apache.ts';
import { startH2o } from '../src/web-servers/h2o.ts';
import { startHaproxy } from '../src/web-servers/haproxy.ts';
import { startNginx } from '../src/web-servers/nginx.ts';
import { mustListen } from '../src/web-servers/web-server.ts';

const REQUESTS = 20;

/** Puts a tap between the web server and the application of a setup. */
function tapped(setup: Setup): { setup: Setup; opened: () => number } {
  let tap: ConnectionTap | undefined;
  afterAll(() => tap?.close());
  const start: Setup['start'] = async (options) => {
    tap = await openConnectionTap(mustListen(options.application, 'a tap'));
    return setup.start({ ...options, application: tap.upstream });
  };
  return { setup: { ...setup, start }, opened: () => tap?.opened ?? Number.NaN };
}

const keeping: Setup[] = [
  {
    name: 'nginx with fastcgi_keep_conn',
    programs: ['nginx'],
    start: startNginx,
  },
  {
    name: 'Apache mod_proxy_fcgi with enablereuse',
    programs: ['apache2'],
    start: startApacheProxy,
  },
  {
    name: 'h2o with fastcgi.timeout.keepalive',
    programs: ['h2o'],
    start: startH2o,
  },
];

for (const { setup, opened } of keeping.map(tapped)) {
  describeSetup(setup, (test) => {
    test('sends requests that follow each other on one connection', async ({ http }) => {
      const before = opened();
      for (let number = 0; number < REQUESTS; number += 1) {
        const body = patternBytes(number * 1_000);
        const path = `/echo/${number}`;
        const echo = echoOf(await http.request({ method: 'POST', path, body }));
        expect(echo).toMatchObject({
          url: path,
          body: { length: body.length, sha256: patternSha256(body.length) },
        });
      }
      // The one that asked whether the application is up may have been kept, too.
      expect(opened() - before).toBeLessThanOrEqual(1);
    });
  });
}

const { setup: plainNginx, opened: openedByNginx } = tapped({
  name: 'nginx without fastcgi_keep_conn',
  programs: ['nginx'],
  start: (options) => startNginx({ ...options, keepConnections: false }),
});
describeSetup(plainNginx, (test) => {
  test('sends each request on a connection of its own', async ({ http }) => {
    const before = openedByNginx();
    for (let number = 0; number < REQUESTS; number += 1) {
      expect((await http.request('/')).text()).toBe('hello');
    }
    expect(openedByNginx() - before).toBe(REQUESTS);
  });
});

const { setup: multiplexing, opened: openedByHaproxy } = tapped({
  name: 'HAProxy with mpxs-conns',
  programs: ['haproxy'],
  start: (options) => startHaproxy({ ...options, multiplexed: true }),
});
describeSetup(multiplexing, (test) => {
  test('sends many requests on one connection at the same time', async ({ http, notes }) => {
    const before = openedByHaproxy();
    const tokens = Array.from({ length: REQUESTS }, () => notes.token());
    const answers = tokens.map((token) => http.request(`/held/${token}`));
    await Promise.all(tokens.map((token) => notes.waitFor(token, 'running')));
    const used = openedByHaproxy() - before;
    // In another order than they came in.
    for (const token of tokens.toReversed()) await notes.release(token);
    for (const answer of await Promise.all(answers)) expect(answer.text()).toBe('first\nsecond\n');
    expect(used).toBeLessThan(REQUESTS / 2);
  });
});
