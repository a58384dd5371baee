import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, skip } from '../../check.ts';
import { statusOf, valuesOf } from '../../wire/answer.ts';
import { abort } from '../../wire/records.ts';
import { type ApplicationSession, KEEP, skipUnoffered } from '../session.ts';

const { EndRequest, Stderr, Stdout } = RecordType;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Milliseconds that `/slow` takes where it is to be overtaken. */
const SLOW = 1_000;

function letters(length: number): Buffer {
  return Buffer.alloc(length, LETTERS);
}

function big(length: number) {
  return async (session: ApplicationSession) => {
    const { body } = await session.probe(`/big?${length}`);
    expectThat(body.length === length, `${body.length} bytes came instead of ${length}.`);
    expectThat(length === 0 || body.equals(letters(length)), 'Other bytes came than the alphabet.');
  };
}

function status(code: number, right: { hasBody: boolean }) {
  return async (session: ApplicationSession) => {
    const answer = await session.probe(`/status?${code}`);
    expectThat(statusOf(answer) === code, `The status is ${statusOf(answer)}, not ${code}.`);
    if (!right.hasBody)
      expectThat(answer.body.length === 0, `Status ${code} has a body of ${answer.body.length} bytes.`);
  };
}

export const probeAnswers = checkGroup<ApplicationSession>(
  { group: 'probe: answers', needs: 'probe', subject: 'application' },
  [
    [460, 'must', 'FastCGI 1.0 §3.3', 'An answer of one byte', 'That byte.', big(1)],
    [
      461,
      'must',
      'FastCGI 1.0 §3.3',
      'An answer of 65,535 bytes',
      'The alphabet, again and again.',
      big(65_535),
    ],
    [
      462,
      'must',
      'FastCGI 1.0 §3.3',
      'An answer of 65,536 bytes',
      'The alphabet, again and again.',
      big(65_536),
    ],
    [463, 'must', 'FastCGI 1.0 §3.3', 'An answer of 5 MB', 'The alphabet, again and again.', big(5_000_000)],
    [
      464,
      'must',
      'FastCGI 1.0 §3.3',
      'A large answer ends as every other',
      'One empty STDOUT, then END_REQUEST.',
      async (session) => {
        const { records } = await session.probe('/big?200000');
        const empty = records.filter(({ content, type }) => type === Stdout && content.length === 0);
        expectThat(empty.length === 1, `${empty.length} STDOUT records are empty.`);
        expectThat(
          records.at(-2)?.type !== Stdout || records.at(-2)?.content.length === 0,
          'The last STDOUT record is not empty.',
        );
      },
    ],
    [
      465,
      'must',
      'FastCGI 1.0 §3.3',
      'An answer whose reader pauses is whole',
      '2 MB of the alphabet.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { target: '/big?2000000' }));
        wire.pause();
        await wire.settle(200);
        wire.resume();
        const answer = await wire.answer(1);
        skipUnoffered(answer, '/big');
        expectThat(answer.body.equals(letters(2_000_000)), `${answer.body.length} bytes came.`);
      },
    ],
    [
      466,
      'hardening',
      'readers that leave',
      'A reader that leaves a large answer does no harm',
      'The next connection is served.',
      async (session) => {
        for (let count = 0; count < 10; count += 1) {
          const wire = await session.connect();
          await wire.send(session.request(1, { target: '/big?5000000' }));
          await wire.settle();
          wire.destroy();
        }
        await session.stillAnswers('ten readers that left a large answer');
      },
    ],
    [
      467,
      'must',
      'FastCGI 1.0 §6.2',
      'An answer without a body ends as every other',
      'A head, an empty STDOUT, END_REQUEST.',
      async (session) => {
        const { body, records, stdout } = await session.probe('/nothing');
        expectThat(stdout.length > 0 && body.length === 0, `The body has ${body.length} bytes.`);
        expectThat(
          records.some(({ content, type }) => type === Stdout && content.length === 0),
          'There is no empty STDOUT.',
        );
      },
    ],
    [470, 'must', 'RFC 3875 §6.3.3', 'Status 200', 'Status 200, or none.', status(200, { hasBody: true })],
    [471, 'must', 'RFC 3875 §6.3.3', 'Status 404', 'That status.', status(404, { hasBody: true })],
    [472, 'must', 'RFC 3875 §6.3.3', 'Status 503', 'That status.', status(503, { hasBody: true })],
    [
      473,
      'must',
      'RFC 3875 §6.3.3',
      'A status that few know: 418',
      'That status.',
      status(418, { hasBody: true }),
    ],
    [
      474,
      'must',
      'RFC 3875 §6.2, RFC 9110 §15.3.5',
      'Status 204 has no body',
      'That status, no byte after the head.',
      status(204, { hasBody: false }),
    ],
    [
      475,
      'must',
      'RFC 3875 §6.2, RFC 9110 §15.4.5',
      'Status 304 has no body',
      'That status, no byte after the head.',
      status(304, { hasBody: false }),
    ],
    [
      476,
      'must',
      'RFC 3875 §4.3.3',
      'An answer to HEAD has no body',
      'No byte after the head.',
      async (session) => {
        const { body } = await session.probe('/big?100', { params: { REQUEST_METHOD: 'HEAD' } });
        expectThat(body.length === 0, `The body has ${body.length} bytes.`);
      },
    ],
    [
      477,
      'must',
      'RFC 3875 §6.2.3, §6.3.2',
      'A redirect has an absolute Location',
      'Location: http://localhost/elsewhere.',
      async (session) => {
        const answer = await session.probe('/redirect');
        expectThat(
          valuesOf(answer, 'location')[0] === 'http://localhost/elsewhere',
          'The Location is another one.',
        );
        const code = statusOf(answer);
        expectThat(code >= 300 && code < 400, `The status is ${code}.`);
      },
    ],
    [
      478,
      'must',
      'RFC 6265 §3',
      'Two cookies are two fields',
      'Set-Cookie twice.',
      async (session) => {
        const cookies = valuesOf(await session.probe('/cookies'), 'set-cookie');
        expectThat(cookies.length === 2, `There are ${cookies.length} Set-Cookie fields.`);
      },
    ],
    [
      480,
      'must',
      'FastCGI 1.0 §6.1',
      'Errors go to STDERR',
      '1,000 bytes E in STDERR, none in STDOUT.',
      async (session) => {
        const { stderr, stdout } = await session.probe('/stderr?1000');
        const count = stderr.filter((byte) => byte === 0x45).length;
        expectThat(count >= 1_000, `STDERR has ${count} bytes of 1,000.`);
        expectThat(!stdout.includes('EEEE'), 'STDOUT has bytes of STDERR.');
      },
    ],
    [
      481,
      'must',
      'FastCGI 1.0 §6.1',
      'STDERR with data is ended',
      'Its last record is empty.',
      async (session) => {
        const { records } = await session.probe('/stderr?10');
        const last = records.filter(({ type }) => type === Stderr).at(-1);
        expectThat(last?.content.length === 0, 'The last STDERR record is not empty, or there is none.');
      },
    ],
    [
      482,
      'must',
      'FastCGI 1.0 §3.3, §6.1',
      'STDERR of 200,000 bytes is whole',
      '200,000 bytes.',
      async (session) => {
        const { stderr } = await session.probe('/stderr?200000');
        const count = stderr.filter((byte) => byte === 0x45).length;
        if (count < 200_000 && count > 0) skip(`The application cuts STDERR after ${count} bytes.`);
        expectThat(count === 200_000, `STDERR has ${count} bytes.`);
      },
    ],
    [
      484,
      'must',
      'FastCGI 1.0 §5.5',
      'appStatus is the exit status: 3',
      'appStatus 3.',
      async (session) => {
        const { appStatus } = await session.probe('/exit?3');
        expectThat(appStatus === 3, `appStatus is ${appStatus}.`);
      },
    ],
    [
      485,
      'must',
      'FastCGI 1.0 §5.5',
      'appStatus has four bytes: 16909060',
      'appStatus 16909060, or its low byte where exit statuses have one.',
      async (session) => {
        const { appStatus } = await session.probe('/exit?16909060');
        expectThat(appStatus === 16_909_060 || appStatus === 4, `appStatus is ${appStatus}.`);
      },
    ],
    [
      486,
      'must',
      'FastCGI 1.0 §5.5',
      'appStatus belongs to one request',
      'appStatus 0 for the next.',
      async (session) => {
        await session.probe('/exit?3');
        const { appStatus } = await session.probe('/echo');
        expectThat(appStatus === 0, `The next request has appStatus ${appStatus}.`);
      },
    ],
    [
      490,
      'should',
      'FastCGI 1.0 §5.4',
      'An abort ends a request that takes its time',
      'END_REQUEST before /slow is over.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { flags: KEEP, target: `/slow?${session.slowTime}` }));
        await wire.settle();
        await wire.send(abort(1));
        await wire.answer(1);
      },
    ],
    [
      491,
      'must',
      'FastCGI 1.0 §3.3, §5.4',
      'An aborted request writes nothing under an id that is used again',
      'The answer of the second request alone.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { flags: KEEP, target: '/slow?200' }));
        await wire.settle();
        await wire.send(abort(1));
        skipUnoffered(await wire.answer(1), '/slow');
        await wire.send(session.request(1, { body: 'second', flags: KEEP, target: '/echo' }));
        const { body } = await wire.answer(1, 2);
        expectThat(body.toString('latin1') === 'second', 'The second request has the answer of the first.');
        await session.answersOn(wire, 2, 'an aborted request');
        await wire.settle(300);
        expectThat(wire.answers(1).length === 2, `${wire.answers(1).length} answers to two requests.`);
      },
    ],
    [
      492,
      'should',
      'FastCGI 1.0 §3.3, appendix B.4',
      'Multiplexed requests may end out of order',
      'The quick one first, where FCGI_MPXS_CONNS is 1.',
      async (session) => {
        const wire = await session.connect();
        const slow = { flags: KEEP, target: `/slow?${SLOW}` };
        await wire.send(session.request(1, slow), session.request(2, { flags: KEEP, target: '/nothing' }));
        const quick = await wire.answer(2);
        if (quick.protocolStatus === 1) skip('The application does not multiplex: CANT_MPX_CONN.');
        const order = wire.records
          .filter(({ type }) => type === EndRequest)
          .map(({ requestId }) => requestId);
        skipUnoffered(await wire.answer(1), '/slow');
        if (order[0] === 1) skip('The application serves the requests of a connection one after the other.');
      },
    ],
    [
      493,
      'hardening',
      'slow requests',
      'A request that takes its time keeps no other connection waiting',
      'An answer before /slow is over.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { target: `/slow?${session.slowTime}` }));
        await wire.settle();
        await session.stillAnswers('a request that takes its time, which stays');
      },
    ],
    [
      494,
      'hardening',
      'clients that leave',
      'A client that leaves a slow request does no harm',
      'The next connection is served.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { target: '/slow?100' }));
        await wire.settle();
        wire.destroy();
        await session.stillAnswers('a client that left a slow request');
      },
    ],
    [
      495,
      'should',
      'RFC 9293 §3.6',
      'A peer that has sent all may close its side before a slow answer',
      'The answer, after the half-close.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { target: '/slow?300' }));
        wire.halfClose();
        skipUnoffered(await wire.answer(1), '/slow');
      },
    ],
  ],
);
