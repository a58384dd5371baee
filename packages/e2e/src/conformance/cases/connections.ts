import assert from 'node:assert/strict';
import type { Answer } from '../../http.ts';
import { patternBytes, patternSha256 } from '../../pattern.ts';
import type { ConformanceCase, Session } from '../conformance-case.ts';
import { echoOf } from '../echo.ts';

const AT_ONCE = 20;
const numbers = Array.from({ length: AT_ONCE }, (_, index) => index);

/** Several requests, one after the other and at the same time: no request gets another's answer. */
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
    async run(session) {
      await Promise.all(numbers.map(async (number) => assertOwnEcho(number, await upload(session, number))));
    },
    weaker: {
      title: `serves ${AT_ONCE} requests at the same time, and of as many uploads those that the web server passes on`,
      async run(session) {
        await Promise.all(
          numbers.map(async (number) => {
            assert.equal(echoOf(await session.http.request(`/echo/${number}`)).url, `/echo/${number}`);
          }),
        );
        await Promise.all(
          numbers.map(async (number) => {
            const answer = await upload(session, number);
            if (answer.status !== 500) assertOwnEcho(number, answer);
          }),
        );
        assertOwnEcho(0, await upload(session, 0));
      },
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

function upload({ http }: Session, number: number): Promise<Answer> {
  return http.request({ method: 'POST', path: `/echo/${number}`, body: patternBytes(50_000 + number) });
}

function assertOwnEcho(number: number, answer: Answer): void {
  const { body, url } = echoOf(answer);
  assert.equal(url, `/echo/${number}`);
  assert.deepEqual(body, { length: 50_000 + number, sha256: patternSha256(50_000 + number) });
}
