import assert from 'node:assert/strict';
import type { HttpRequest } from '../../http.ts';
import { patternBytes, patternParts, patternSha256 } from '../../pattern.ts';
import type { ConformanceCase, Session } from '../conformance-case.ts';
import { digestOf, echoOf } from '../echo.ts';

const MEGABYTE = 1_000_000;

/** Bodies of requests: all of it, in order, nothing else. */
export const uploads = {
  smallPost: {
    title: 'gets a POST of 10 bytes',
    run: (session) => getsWhole(session, 10, { body: patternBytes(10), path: '/echo' }),
  },
  emptyPost: {
    title: 'gets a POST of no bytes',
    run: (session) => getsWhole(session, 0, { body: Buffer.alloc(0), path: '/echo' }),
  },
  recordSizedPosts: {
    title: 'gets POSTs of the sizes around one record and one block',
    async run(session) {
      for (const length of [8_184, 16_384, 32_768, 65_535, 65_536, 131_072, 131_073]) {
        await getsWhole(session, length, { body: patternBytes(length), path: '/echo' });
      }
    },
  },
  largePost: {
    title: 'gets a POST of 50 MB',
    run: (session) =>
      getsWhole(session, 50 * MEGABYTE, {
        body: patternParts(50 * MEGABYTE),
        length: 50 * MEGABYTE,
        path: '/echo',
      }),
  },
  chunkedPost: {
    title: 'gets a chunked POST of 10 bytes',
    run: (session) => getsWhole(session, 10, { body: [patternBytes(10)], path: '/echo' }),
  },
  largeChunkedPost: {
    title: 'gets a chunked POST of 1 MB',
    run: (session) => getsWhole(session, MEGABYTE, { body: patternParts(MEGABYTE), path: '/echo' }),
  },
  emptyChunkedPost: {
    title: 'gets a chunked POST of no bytes',
    run: (session) => getsWhole(session, 0, { body: [], path: '/echo' }),
  },
  bodyOfGet: {
    title: 'gets the body of a GET',
    run: (session) => getsWhole(session, 10, { method: 'GET', body: patternBytes(10), path: '/echo' }),
    weaker: {
      title: 'answers a GET with a body, and what follows it on the same connection of the browser',
      async run({ kept }) {
        const answer = await kept.request({ body: patternBytes(10), path: '/echo' });
        assert.deepEqual(echoOf(answer).body, { length: 0, sha256: patternSha256(0) });
        assert.equal((await kept.request('/')).text(), 'hello');
      },
    },
  },
  progressiveUpload: {
    title: 'gets the first half of an upload before the second has been sent',
    async run({ http, notes }) {
      const token = notes.token();
      const half = patternBytes(MEGABYTE);
      async function* body() {
        yield half;
        await notes.waitFor(token, 'begun');
        yield half;
      }
      const answer = await http.request({
        method: 'POST',
        path: `/upload/${token}`,
        body: body(),
        length: 2 * MEGABYTE,
      });
      assert.equal(digestOf(answer).length, 2 * MEGABYTE);
    },
    weaker: {
      title: 'gets an upload that comes in two halves',
      async run({ http, notes }) {
        const half = patternBytes(MEGABYTE);
        const answer = await http.request({
          method: 'POST',
          path: `/upload/${notes.token()}`,
          body: [half, half],
          length: 2 * MEGABYTE,
        });
        assert.equal(digestOf(answer).length, 2 * MEGABYTE);
      },
    },
  },
} satisfies Record<string, ConformanceCase>;

async function getsWhole({ http }: Session, length: number, request: HttpRequest): Promise<void> {
  const { body, complete, method } = echoOf(await http.request({ method: 'POST', ...request }));
  assert.equal(method, request.method ?? 'POST');
  assert.deepEqual(body, { length, sha256: patternSha256(length) });
  assert.equal(complete, true);
}
