import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { echoOf } from '../echo.ts';

/** Methods, statuses and header fields. */
export const basics = {
  get: {
    title: 'answers a GET',
    async run({ http }) {
      const answer = await http.request('/');
      assert.equal(answer.status, 200);
      assert.equal(answer.text(), 'hello');
      assert.match(answer.headers['content-type'] ?? '', /^text\/plain/);
      assert.equal(answer.complete, true);
    },
  },
  head: {
    title: 'answers a HEAD with the fields of the GET, and no body that would disturb the next answer',
    async run({ kept }) {
      const head = await kept.request({ method: 'HEAD', path: '/' });
      const get = await kept.request('/');
      assert.equal(head.status, 200);
      assert.equal(head.body.length, 0);
      for (const name of ['content-type', 'etag']) assert.deepEqual(head.field(name), get.field(name));
      assert.equal(get.text(), 'hello');
    },
  },
  methods: {
    title: 'gets requests of any standard method',
    async run({ http }) {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const echo = echoOf(await http.request({ method, path: '/echo', body: Buffer.from('body') }));
        assert.equal(echo.method, method);
        assert.equal(echo.body.length, 4);
      }
      for (const method of ['DELETE', 'OPTIONS', 'PROPFIND']) {
        assert.equal(echoOf(await http.request({ method, path: '/echo' })).method, method);
      }
    },
  },
  notFound: {
    title: 'answers 404 where it has no route',
    async run({ http }) {
      const answer = await http.request('/no/such/page');
      assert.equal(answer.status, 404);
      assert.match(answer.text(), /Cannot GET \/no\/such\/page/);
    },
  },
  redirects: {
    title: 'redirects with the status and the address that it chose',
    async run({ http }) {
      for (const status of [301, 302, 303, 307, 308]) {
        for (const to of ['/elsewhere?a=1', 'https://example.org/there']) {
          const answer = await http.request(`/redirect?status=${status}&to=${encodeURIComponent(to)}`);
          assert.equal(answer.status, status);
          assert.equal(answer.headers.location, to);
        }
      }
    },
  },
  created: {
    title: 'answers 201 with a Location',
    async run({ http }) {
      const answer = await http.request({ method: 'POST', path: '/created', body: Buffer.from('{}') });
      assert.equal(answer.status, 201);
      assert.equal(answer.headers.location, '/things/7');
      assert.deepEqual(answer.json(), { id: 7 });
    },
  },
  cookies: {
    title: 'sets three cookies, and gets those of the browser',
    async run({ http }) {
      const answer = await http.request({ path: '/cookies', headers: { Cookie: 'a=1; b="2, 3"; c=' } });
      assert.deepEqual(answer.field('set-cookie'), [
        'a=1; Path=/',
        'b=2; Path=/; HttpOnly',
        'c=3; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      ]);
      assert.deepEqual(answer.json(), { received: 'a=1; b="2, 3"; c=' });
    },
  },
  statuses: {
    title: 'keeps every status, with a body where there may be one',
    async run({ kept }) {
      for (const status of [200, 202, 204, 304, 400, 401, 403, 409, 410, 418, 422, 429, 451, 500, 501, 503]) {
        const answer = await kept.request(`/status/${status}`);
        assert.equal(answer.status, status);
        assert.equal(answer.text(), status === 204 || status === 304 ? '' : `status ${status}`);
      }
    },
  },
  requestFields: {
    title: 'gets the header fields of the request',
    async run({ http }) {
      const { headers } = echoOf(
        await http.request({
          path: '/echo',
          headers: {
            Accept: 'text/html, */*;q=0.1',
            Authorization: 'Bearer abc.def',
            Host: 'Shop.Example:8080',
            'User-Agent': 'e2e',
            'X-Long': 'l'.repeat(3_000),
            'X-Request-Id': '7',
          },
        }),
      );
      assert.equal(headers['accept'], 'text/html, */*;q=0.1');
      assert.equal(headers['authorization'], 'Bearer abc.def');
      assert.equal(headers['host']?.toLowerCase(), 'shop.example:8080');
      assert.equal(headers['user-agent'], 'e2e');
      assert.equal(headers['x-long'], 'l'.repeat(3_000));
      assert.equal(headers['x-request-id'], '7');
    },
  },
  proxyField: {
    title: 'never gets a Proxy field',
    async run({ http }) {
      const answer = await http.request({ path: '/echo', headers: { Proxy: 'http://attacker.example/' } });
      assert.equal(echoOf(answer).headers['proxy'], undefined);
    },
  },
  largeHead: {
    title: 'answers with a header field of 3,000 bytes',
    async run({ http }) {
      const answer = await http.request('/header?bytes=3000');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['x-filler'], 'f'.repeat(3_000));
    },
  },
} satisfies Record<string, ConformanceCase>;
