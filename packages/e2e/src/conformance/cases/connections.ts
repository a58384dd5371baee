import assert from 'node:assert/strict';
import { patternBytes, patternSha256 } from '../../pattern.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { echoOf } from '../echo.ts';

const AT_ONCE = 20;

/** Several requests, one after the other and at the same time: nobody gets another's answer. */
export const connections = {
  twoInARow: {
    title: 'serves requests that follow each other on one connection of the browser',
    async run({ kept }) {
      assert.equal(echoOf(await kept.request('/echo/one')).url, '/echo/one');
      const post = await kept.request({ method: 'POST', path: '/echo/two', body: patternBytes(100_000) });
      assert.equal(echoOf(post).body.sha256, patternSha256(100_000));
      assert.equal((await kept.request('/no/such/page')).status, 404);
      assert.equal(echoOf(await kept.request('/echo/three')).url, '/echo/three');
    },
  },
  manyAtOnce: {
    title: `serves ${AT_ONCE} requests at the same time`,
    async run({ http }) {
      const numbers = Array.from({ length: AT_ONCE }, (_, index) => index);
      await Promise.all(
        numbers.map(async (number) => {
          const path = `/echo/${number}`;
          const body = patternBytes(50_000 + number);
          const { body: seen, url } = echoOf(await http.request({ method: 'POST', path, body }));
          assert.equal(url, path);
          assert.deepEqual(seen, { length: body.length, sha256: patternSha256(body.length) });
        }),
      );
    },
  },
  fastBesideSlow: {
    title: 'serves others while one request waits',
    async run({ http, notes }) {
      const token = notes.token();
      const waiting = http.request(`/held/${token}`);
      await notes.waitFor(token, 'running');
      for (let request = 0; request < 3; request += 1) {
        assert.equal((await http.request('/')).text(), 'hello');
      }
      await notes.release(token);
      assert.equal((await waiting).text(), 'first\nsecond\n');
    },
  },
} satisfies Record<string, ConformanceCase>;
