import assert from 'node:assert/strict';
import type { Answer } from '../../http.ts';
import type { ConformanceCase, Session } from '../conformance-case.ts';
import { echoOf } from '../echo.ts';

/** The application sees the URL byte for byte as the browser sent it. */
export const urls = {
  plainUrl: {
    title: 'sees path and query as they were sent',
    run: (session) => seesExactly(session, '/echo/a/b.html?x=1&y=%20z+&x=2&&=&%C3%A9=%2F'),
  },
  encodedUrl: {
    title: 'sees percent-encoded letters, blanks and UTF-8 as they were sent',
    run: (session) => seesExactly(session, '/echo/%61%20b/caf%C3%A9/%E4%BD%A0?%61'),
  },
  delimitersInUrl: {
    title: 'sees the delimiters that a path may have as they were sent',
    run: (session) => seesExactly(session, "/echo/a;b=c/d,e+f=@:!$&'()*~_-."),
  },
  encodedSlash: {
    title: 'sees %2F in the path as it was sent',
    run: (session) => seesExactly(session, '/echo/a%2Fb?c'),
  },
  encodedQuestionMark: {
    title: 'sees %3F and %23 in the path as they were sent',
    run: (session) => seesExactly(session, '/echo/a%3Fb%23c?d'),
  },
  encodedPercent: {
    title: 'sees %25 in the path as it was sent',
    run: (session) => seesExactly(session, '/echo/100%25/%252F'),
  },
  doubleSlash: {
    title: 'sees two slashes in a row',
    run: (session) => seesExactly(session, '/echo//a//b'),
  },
  dotSegments: {
    title: 'sees dot segments as they were sent',
    run: (session) => seesExactly(session, '/echo/./a/%2e%2e/b/x/../c?d'),
    weaker: {
      title: 'sees what dot segments lead to, or is not asked where the web server has left them in the path',
      async run(session) {
        const answer = await session.http.request('/echo/./a/%2e%2e/b/x/../c?d');
        if (answer.status === 400) assert.equal(answer.text(), '400 Bad Request\n');
        else seesIn(answer, session, '/echo/b/c?d');
      },
    },
  },
  bytesInUrl: {
    title: 'sees bytes that are not encoded as they were sent',
    run: (session) => seesExactly(session, '/echo/caf\xc3\xa9'),
    weaker: {
      title: 'sees bytes that were not encoded encoded',
      run: (session) => sees(session, '/echo/caf\xc3\xa9', '/echo/caf%C3%A9'),
    },
  },
  absoluteTarget: {
    title: 'sees the path of a target in absolute form',
    async run({ mount, site }) {
      const answer = await site.request(`http://127.0.0.1${mount}/echo/a%20b?c`);
      const { baseUrl, originalUrl, url } = echoOf(answer);
      assert.deepEqual([originalUrl, baseUrl, url], [`${mount}/echo/a%20b?c`, mount, '/echo/a%20b?c']);
    },
  },
  emptyQuery: {
    title: 'sees a question mark with nothing behind it',
    run: (session) => seesExactly(session, '/echo/a?'),
  },
  longUrl: {
    title: 'sees a URL of 4,000 bytes',
    run: (session) => seesExactly(session, `/echo/${'p'.repeat(2_000)}?${'q'.repeat(1_993)}`),
  },
} satisfies Record<string, ConformanceCase>;

function seesExactly(session: Session, target: string): Promise<void> {
  return sees(session, target, target);
}

async function sees(session: Session, target: string, seen: string): Promise<void> {
  seesIn(await session.http.request(target), session, seen);
}

function seesIn(answer: Answer, { mount }: Session, seen: string): void {
  const { baseUrl, originalUrl, url } = echoOf(answer);
  assert.equal(originalUrl, mount + seen);
  assert.equal(url, seen);
  assert.equal(baseUrl, mount);
}
