import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { OpenAnswer } from '../../http.ts';
import { patternSha256 } from '../../pattern.ts';
import { FIXTURE_TEXT } from '../../scratch-folder.ts';
import type { ConformanceCase, Session } from '../conformance-case.ts';

const BIG = 20_000_000;
const EVENTS = 3;

/** Bodies of answers: all of it, in order, as early as may be. */
export const answers = {
  streamed: {
    title: 'streams an answer in chunks over time',
    async run({ http }) {
      const answer = await http.request('/stream?chunks=5&every=20');
      assert.equal(answer.status, 200);
      assert.equal(answer.text(), 'chunk 0\nchunk 1\nchunk 2\nchunk 3\nchunk 4\n');
      assert.equal(answer.complete, true);
    },
  },
  progressiveAnswer: {
    title: 'reaches the browser with the first part of an answer before it has made the second',
    async run({ http, notes }) {
      const token = notes.token();
      const answer = await http.open(`/held/${token}`);
      assert.equal(String(await nextPart(answer)), 'first\n');
      await notes.release(token);
      assert.equal((await answer.rest()).text(), 'second\n');
    },
    weaker: {
      title: 'answers in two parts with time between them',
      async run({ http, notes }) {
        const token = notes.token();
        const answer = http.request(`/held/${token}`);
        await notes.waitFor(token, 'running');
        await notes.release(token);
        assert.equal((await answer).text(), 'first\nsecond\n');
      },
    },
  },
  eventStream: {
    title: 'reaches the browser with each event of an event stream before it has made the next',
    async run({ http, notes }) {
      const token = notes.token();
      const answer = await http.open(`/events/${token}?count=${EVENTS}`);
      assert.match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
      let received = '';
      for (let event = 1; event <= EVENTS; event += 1) {
        if (event > 1) await notes.release(`${token}-${event}`);
        while (!received.endsWith('\n\n')) received += String(await nextPart(answer));
        assert.equal(received, `data: ${event}\n\n`);
        received = '';
      }
      assert.equal((await answer.rest()).text(), '');
    },
    weaker: {
      title: 'sends an event stream',
      async run({ http, notes }) {
        const token = notes.token();
        const answer = http.request(`/events/${token}?count=${EVENTS}`);
        for (let event = 2; event <= EVENTS; event += 1) await notes.release(`${token}-${event}`);
        assert.equal((await answer).text(), 'data: 1\n\ndata: 2\n\ndata: 3\n\n');
      },
    },
  },
  file: {
    title: 'sends a file',
    async run({ http }) {
      const answer = await http.request('/file');
      assert.equal(answer.status, 200);
      assert.equal(answer.text(), FIXTURE_TEXT);
      assert.match(answer.headers['content-type'] ?? '', /^text\/plain/);
      assert.ok(answer.headers['last-modified']);
      assert.ok(answer.headers.etag);
    },
  },
  unchangedFile: {
    title: 'says that a file is unchanged',
    async run({ kept }) {
      const { headers } = await kept.request('/file');
      const answer = await kept.request({ path: '/file', headers: { 'If-None-Match': headers.etag ?? '' } });
      assert.equal(answer.status, 304);
      assert.equal(answer.body.length, 0);
      assert.equal((await kept.request('/')).text(), 'hello');
    },
  },
  partOfFile: {
    title: 'sends a part of a file',
    async run({ http }) {
      const answer = await http.request({ path: '/file', headers: { Range: 'bytes=2-5' } });
      assert.equal(answer.status, 206);
      assert.equal(answer.text(), FIXTURE_TEXT.slice(2, 6));
      assert.equal(answer.headers['content-range'], `bytes 2-5/${FIXTURE_TEXT.length}`);
    },
  },
  bigAnswer: {
    title: 'answers 20 MB of unknown length',
    run: (session) => getsBigAnswer(session, `/big?bytes=${BIG}`),
  },
  bigAnswerWithLength: {
    title: 'answers 20 MB with Content-Length',
    run: (session) => getsBigAnswer(session, `/big?bytes=${BIG}&length=yes`),
  },
  slowReader: {
    title: 'answers 20 MB to a browser that reads slowly',
    run: (session) => getsBigAnswer(session, `/big?bytes=${BIG}`, () => delay(1)),
  },
} satisfies Record<string, ConformanceCase>;

async function nextPart(answer: OpenAnswer): Promise<unknown> {
  for await (const part of answer.body.iterator({ destroyOnReturn: false })) return part;
  throw new Error('the answer has ended');
}

async function getsBigAnswer({ http }: Session, path: string, pause?: () => Promise<void>): Promise<void> {
  const answer = await http.open(path);
  assert.equal(answer.status, 200);
  const hash = createHash('sha256');
  for await (const part of answer.body) {
    hash.update(part);
    await pause?.();
  }
  assert.equal(answer.body.complete, true);
  assert.equal(hash.digest('hex'), patternSha256(BIG));
}
