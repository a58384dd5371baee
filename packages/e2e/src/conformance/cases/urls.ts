import assert from 'node:assert/strict';
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
  emptyQuery: {
    title: 'sees a question mark with nothing behind it',
    run: (session) => seesExactly(session, '/echo/a?'),
  },
  longUrl: {
    title: 'sees a URL of 4,000 bytes',
    run: (session) => seesExactly(session, `/echo/${'p'.repeat(2_000)}?${'q'.repeat(1_993)}`),
  },
} satisfies Record<string, ConformanceCase>;

async function seesExactly({ http, mount }: Session, target: string): Promise<void> {
  const { baseUrl, originalUrl, url } = echoOf(await http.request(target));
  assert.equal(originalUrl, mount + target);
  assert.equal(url, target);
  assert.equal(baseUrl, mount);
}
