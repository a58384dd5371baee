import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, fail } from '../../check.ts';
import { begin, record, wholeStream } from '../../wire/records.ts';
import { type ApplicationSession, expectComplete, KEEP } from '../session.ts';

const { BeginRequest, Params, Stdin } = RecordType;

/** Leaves a connection after the first `length` bytes of a request, and expects that the next one is served. */
function leftAfter(pick: (session: ApplicationSession) => Uint8Array) {
  return (session: ApplicationSession) =>
    session.survives('a connection that was left in the middle', pick(session));
}

export const connections = checkGroup<ApplicationSession>(
  { group: 'connections', needs: 'nothing', subject: 'application' },
  [
    [
      130,
      'must',
      'FastCGI 1.0 §3.5, §5.1',
      'Without KEEP_CONN the application closes',
      'It closes the connection after END_REQUEST.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1));
        await wire.answer(1);
        await wire.closedByPeer('It does not close the connection');
      },
    ],
    [
      131,
      'must',
      'FastCGI 1.0 §5.1',
      'With KEEP_CONN the application does not close',
      'A second request on the same connection is answered.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { flags: KEEP }));
        expectComplete(await wire.answer(1));
        expectComplete(await session.answersOn(wire, 1, 'a request with KEEP_CONN', 2));
      },
    ],
    [
      132,
      'must',
      'FastCGI 1.0 §3.3',
      'An id is used again after END_REQUEST',
      'Ten requests with the id 1, ten answers.',
      async (session) => {
        const wire = await session.keptWire();
        for (let nth = 2; nth <= 10; nth += 1)
          await session.answersOn(wire, 1, `${nth - 1} requests with this id`, nth);
      },
    ],
    [
      133,
      'must',
      'FastCGI 1.0 §3.3',
      'Requests of a kept connection may have any ids',
      'Ids 1, 2, 256, 65535 and 3 are answered.',
      async (session) => {
        const wire = await session.keptWire();
        for (const id of [2, 256, 65_535, 3]) await session.answersOn(wire, id, 'requests with other ids');
      },
    ],
    [
      134,
      'must',
      'FastCGI 1.0 §5.1',
      'A last request without KEEP_CONN closes a kept connection',
      'It closes after that END_REQUEST.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(session.request(2));
        await wire.answer(2);
        await wire.closedByPeer('It does not close the connection');
      },
    ],
    [
      135,
      'must',
      'FastCGI 1.0 §5.1',
      'Only bit 1 of the flags is KEEP_CONN: 0xFE',
      'Flags 0xFE: it closes.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { flags: 0xfe }));
        await wire.answer(1);
        await wire.closedByPeer('With flags 0xFE it does not close the connection');
      },
    ],
    [
      136,
      'must',
      'FastCGI 1.0 §5.1',
      'Only bit 1 of the flags is KEEP_CONN: 0xFF',
      'Flags 0xFF: it does not close.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { flags: 0xff }));
        await wire.answer(1);
        await session.answersOn(wire, 2, 'a request with flags 0xFF');
      },
    ],
    [
      137,
      'must',
      'FastCGI 1.0 §5.1',
      'The reserved bytes of BEGIN_REQUEST mean nothing',
      'Reserved bytes 0xFF: answered.',
      async (session) => {
        const bytes = [
          record(BeginRequest, 1, Uint8Array.of(0, 1, 0, 255, 255, 255, 255, 255)),
          wholeStream(Params, 1, session.paramBytes()),
          record(Stdin, 1),
        ];
        expectComplete(await session.exchangeBytes(Buffer.concat(bytes)));
      },
    ],
    [
      138,
      'must',
      'FastCGI 1.0 §3.3',
      'Requests of several connections do not mix',
      'Four connections, four whole answers.',
      async (session) => {
        const answers = await Promise.all(
          [1, 2, 3, 4].map((id) => session.exchange({ target: `/${id}` }, id)),
        );
        expectThat(
          answers.every(({ stdout }) => stdout.length > 0),
          'One of four answers has no STDOUT.',
        );
      },
    ],
    [
      139,
      'hardening',
      'connection left',
      'A connection without a byte does no harm',
      'The next connection is served.',
      (session) => session.survives('a connection without a byte', new Uint8Array(0)),
    ],
    [
      140,
      'hardening',
      'connection left',
      'Left in the middle of a header',
      'The next connection is served.',
      leftAfter((session) => session.request(1).subarray(0, 5)),
    ],
    [
      141,
      'hardening',
      'connection left',
      'Left in the middle of BEGIN_REQUEST',
      'The next connection is served.',
      leftAfter((session) => session.request(1).subarray(0, 12)),
    ],
    [
      142,
      'hardening',
      'connection left',
      'Left in the middle of PARAMS',
      'The next connection is served.',
      leftAfter((session) => session.request(1).subarray(0, 60)),
    ],
    [
      143,
      'hardening',
      'connection left',
      'Left between PARAMS and STDIN',
      'The next connection is served.',
      leftAfter((session) => session.head(1)),
    ],
    [
      144,
      'hardening',
      'connection left',
      'Left in the middle of a body',
      'The next connection is served.',
      leftAfter((session) => session.request(1, { body: 'b'.repeat(5_000) }).subarray(0, -1_000)),
    ],
    [
      145,
      'hardening',
      'connection left',
      'Left before the answer',
      'The next connection is served.',
      async (session) => {
        for (let count = 0; count < 20; count += 1) {
          const wire = await session.connect();
          await wire.send(session.request(1));
          wire.destroy();
        }
        await session.stillAnswers('20 connections that were left before the answer');
      },
    ],
    [
      146,
      'should',
      'RFC 9293 §3.6',
      'A peer that has sent all may close its side',
      'The request is answered after a half-close.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1));
        wire.halfClose();
        await wire.answer(1);
      },
    ],
    [
      147,
      'must',
      'FastCGI 1.0 §3.3',
      'A request is answered at its end, without bytes of the next',
      'An answer while the connection is silent.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(1, { flags: KEEP }));
        await wire.answer(1);
      },
    ],
    [
      148,
      'hardening',
      'idle connections (HAProxy #2936)',
      'Idle connections do not keep others waiting',
      'A request beside 64 idle connections is answered.',
      async (session) => {
        for (let count = 0; count < 64; count += 1) await session.connect();
        await session.stillAnswers('64 connections were opened, which stay');
      },
    ],
    [
      149,
      'hardening',
      'half requests',
      'Half-sent requests do not keep others waiting',
      'A request beside 64 half-sent ones is answered.',
      async (session) => {
        for (let count = 0; count < 64; count += 1) {
          const wire = await session.connect();
          await wire.send(begin(1, { flags: KEEP }), record(Params, 1, session.paramBytes()));
        }
        await session.stillAnswers('64 half-sent requests, which stay');
      },
    ],
    [
      150,
      'hardening',
      'kept connections',
      'Kept connections do not keep others waiting',
      'A request beside 64 kept connections is answered.',
      async (session) => {
        for (let count = 0; count < 64; count += 1) {
          const wire = await session.connect();
          await wire.send(session.request(1, { flags: KEEP }));
          try {
            await wire.answer(1);
          } catch {
            fail(`Beside ${count} kept connections, a request is not answered.`);
          }
        }
        await session.stillAnswers('64 kept connections, which stay');
      },
    ],
  ],
);
