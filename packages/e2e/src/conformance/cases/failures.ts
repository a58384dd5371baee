import assert from 'node:assert/strict';
import { patternBytes, patternParts } from '../../pattern.ts';
import type { ConformanceCase, Session } from '../conformance-case.ts';

const UPLOAD = 5_000_000;
const THROW_LATE = '/throw/late?bytes=100000&length=200000';
const THROW_EARLY = '/throw/late?bytes=1000';

/** What goes wrong on one side reaches the other, and harms no other request. */
export const failures = {
  throws: {
    title: 'answers 500 when it throws',
    run: (session) => failsWith500(session, '/throw/sync'),
  },
  rejects: {
    title: 'answers 500 when its promise is rejected',
    run: (session) => failsWith500(session, '/throw/async'),
  },
  throwsLate: {
    title: 'never passes for complete when it throws in the middle of an answer',
    run: (session) => breaksOff(session, THROW_LATE),
  },
  throwsBeforeLength: {
    title: 'never passes for complete when it throws after 1,000 bytes of 2,000',
    run: (session) => breaksOff(session, `${THROW_EARLY}&length=2000`),
  },
  throwsWithoutLength: {
    title: 'never passes for complete when it throws after 1,000 bytes, without a Content-Length',
    run: (session) => breaksOff(session, THROW_EARLY),
    weaker: {
      title: 'ends an answer without a Content-Length when it throws after 1,000 bytes, and goes on',
      async run(session) {
        const answer = await session.http.request(THROW_EARLY);
        assert.doesNotMatch(answer.text(), /secret/);
        await isAlive(session);
      },
    },
  },
  earlyAnswer: {
    title: 'answers 413 while the upload is still coming',
    async run(session) {
      let goOn = () => {};
      const answered = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      async function* body() {
        yield patternBytes(UPLOAD / 2);
        await answered;
        yield patternBytes(UPLOAD / 2);
      }
      const answer = await session.http.open({
        method: 'POST',
        path: '/early',
        body: body(),
        length: UPLOAD,
      });
      goOn();
      assert.equal(answer.status, 413);
      assert.equal((await answer.rest()).text(), 'too large');
      await isAlive(session);
    },
    weaker: {
      title: 'answers 413 to an upload that it does not read',
      async run(session) {
        const body = patternParts(UPLOAD);
        const answer = await session.http.request({ method: 'POST', path: '/early', body, length: UPLOAD });
        assert.equal(answer.status, 413);
        assert.equal(answer.text(), 'too large');
        await isAlive(session);
      },
    },
  },
  leavesInAnswer: {
    title: 'learns that the browser leaves in the middle of a slow answer',
    async run(session) {
      const token = session.notes.token();
      const answer = await session.http.open(`/endless/${token}?chunks=500`);
      answer.body.resume();
      answer.leave();
      assert.equal(await session.notes.waitFor(token, 'closed', 'finished'), 'closed');
      await isAlive(session);
    },
    weaker: {
      title: 'ends a slow answer that the browser does not wait for',
      async run(session) {
        const token = session.notes.token();
        const { request } = session.http.start(`/endless/${token}?chunks=20`);
        await session.notes.waitFor(token, 'running');
        request.destroy();
        await session.notes.waitFor(token, 'closed', 'finished');
        await isAlive(session);
      },
    },
  },
  leavesInLargeAnswer: {
    title: 'learns that the browser leaves in the middle of a large answer',
    async run(session) {
      const token = session.notes.token();
      const answer = await session.http.open(`/flood/${token}?bytes=100000000`);
      answer.leave();
      assert.equal(await session.notes.waitFor(token, 'closed', 'finished'), 'closed');
      await isAlive(session);
    },
  },
  leavesBeforeAnswer: {
    title: 'learns that the browser leaves before there is an answer',
    async run(session) {
      const token = session.notes.token();
      const { request } = session.http.start(`/waiting/${token}?ms=9000`);
      await session.notes.waitFor(token, 'running');
      request.destroy();
      assert.equal(await session.notes.waitFor(token, 'closed', 'finished'), 'closed');
      await isAlive(session);
    },
    weaker: {
      title: 'ends a request that the browser has left before there was an answer',
      async run(session) {
        const token = session.notes.token();
        const { request } = session.http.start(`/waiting/${token}?ms=300`);
        await session.notes.waitFor(token, 'running');
        request.destroy();
        await session.notes.waitFor(token, 'closed', 'finished');
        await isAlive(session);
      },
    },
  },
  leavesInUpload: {
    title: 'learns that the browser leaves in the middle of an upload',
    async run(session) {
      const token = session.notes.token();
      const { request } = session.http.start({
        method: 'POST',
        path: `/upload/${token}`,
        body: halfAnUpload(),
        length: UPLOAD,
      });
      await session.notes.waitFor(token, 'begun');
      request.destroy();
      await session.notes.waitFor(token, 'aborted');
      await isAlive(session);
    },
    weaker: {
      title: 'is not harmed when the browser leaves in the middle of an upload',
      async run(session) {
        const token = session.notes.token();
        const path = `/upload/${token}`;
        const { request } = session.http.start({
          method: 'POST',
          path,
          body: halfAnUpload(),
          length: UPLOAD,
        });
        await new Promise((resolve) => request.once('socket', resolve));
        request.destroy();
        await isAlive(session);
      },
    },
  },
} satisfies Record<string, ConformanceCase>;

async function* halfAnUpload() {
  yield patternBytes(UPLOAD / 2);
  await new Promise(() => undefined);
}

async function failsWith500(session: Session, path: string): Promise<void> {
  const answer = await session.http.request(path);
  assert.equal(answer.status, 500);
  assert.doesNotMatch(answer.text(), /secret/);
  await isAlive(session);
}

async function breaksOff(session: Session, path: string): Promise<void> {
  const answer = await session.http.request(path).catch((error: NodeJS.ErrnoException) => {
    // nginx may close the connection without having passed on anything.
    assert.equal(error.code, 'ECONNRESET');
  });
  if (answer !== undefined) {
    // Some web servers have collected the answer and can still send a status of their own.
    assert.ok(answer.status >= 500 || !answer.complete, `${answer.status}, ${answer.body.length} bytes`);
    assert.doesNotMatch(answer.text(), /secret/);
  }
  await isAlive(session);
}

async function isAlive({ http }: Session): Promise<void> {
  const answer = await http.request('/');
  assert.equal(answer.status, 200);
  assert.equal(answer.text(), 'hello');
}
