import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import type { Answer } from '../../wire/answer.ts';
import { abort, begin, record, wholeStream } from '../../wire/records.ts';
import { type ApplicationSession, expectComplete, KEEP } from '../session.ts';

const { Data, Params, Stdin } = RecordType;
const source = 'FastCGI 1.0 §3.3';
const CANT_MPX_CONN = 1;

function answersId(id: number) {
  return async (session: ApplicationSession) => expectComplete(await session.exchange({}, id));
}

/** A record of an id without a request, before and after a request with that id. */
function ignored(recordOf: (id: number) => Uint8Array, name: string) {
  return async (session: ApplicationSession) => {
    const wire = await session.keptWire();
    // 1 has ended, 9 has never begun.
    await wire.send(recordOf(1), recordOf(9));
    await session.answersOn(wire, 2, `${name} of inactive ids`);
    expectThat(
      wire.records.every(({ requestId }) => requestId !== 9),
      'A record of an inactive id is answered.',
    );
  };
}

/** A request that does not multiplex is refused by CANT_MPX_CONN; otherwise it is served. */
function expectServedOrRefused({ protocolStatus }: Answer): void {
  expectThat(
    protocolStatus === 0 || protocolStatus === CANT_MPX_CONN,
    `END_REQUEST has protocolStatus ${protocolStatus}, neither REQUEST_COMPLETE nor CANT_MPX_CONN.`,
  );
}

/** Bytes that the specification has no answer for: whatever becomes of that connection, the next is served. */
function survived(after: string, pick: (session: ApplicationSession) => readonly Uint8Array[]) {
  return (session: ApplicationSession) => session.survives(after, Buffer.concat(pick(session)));
}

const next = 'The next connection is served.';

export const ids = checkGroup<ApplicationSession>(
  { group: 'ids', needs: 'nothing', subject: 'application' },
  [
    [240, 'must', source, 'The id 1 is answered', 'END_REQUEST with the id 1.', answersId(1)],
    [241, 'must', source, 'The id 255 is answered', 'END_REQUEST with the id 255.', answersId(255)],
    [242, 'must', source, 'The id 256 is answered', 'END_REQUEST with the id 256.', answersId(256)],
    [243, 'must', source, 'The id 32768 is answered', 'END_REQUEST with the id 32768.', answersId(32_768)],
    [244, 'must', source, 'The id 65535 is answered', 'END_REQUEST with the id 65535.', answersId(65_535)],
    [
      245,
      'must',
      source,
      'PARAMS of an inactive id are ignored',
      'The next request of the connection is answered.',
      ignored((id) => record(Params, id, '\x01\x01ab'), 'PARAMS'),
    ],
    [
      246,
      'must',
      source,
      'STDIN of an inactive id is ignored',
      'The next request of the connection is answered.',
      ignored((id) => record(Stdin, id, 'late'), 'STDIN'),
    ],
    [
      247,
      'must',
      source,
      'DATA of an inactive id is ignored',
      'The next request of the connection is answered.',
      ignored((id) => record(Data, id, 'late'), 'DATA'),
    ],
    [
      248,
      'must',
      source,
      'ABORT_REQUEST of an inactive id is ignored',
      'The next request of the connection is answered.',
      ignored((id) => abort(id), 'ABORT_REQUEST'),
    ],
    [
      249,
      'must',
      source,
      'The end of a stream of an inactive id is ignored',
      'The next request of the connection is answered.',
      ignored((id) => Buffer.concat([record(Params, id), record(Stdin, id)]), 'empty PARAMS and STDIN'),
    ],
    [
      250,
      'must',
      source,
      'Records of an inactive id may come first on a connection',
      'The request after them is answered.',
      async (session) => {
        const bytes = [record(Stdin, 4, 'late'), record(Stdin, 4), abort(4), session.request(1)];
        await session.exchangeBytes(Buffer.concat(bytes));
      },
    ],
    [
      251,
      'must',
      'FastCGI 1.0 §5.5',
      'A second request while one is active is served, or refused with CANT_MPX_CONN',
      'Two END_REQUEST records; the second one may have protocolStatus 1.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.head(1, { flags: KEEP }), session.request(2, { flags: KEEP }));
        expectServedOrRefused(await wire.answer(2));
        await wire.send(record(Stdin, 1));
        expectComplete(await wire.answer(1));
      },
    ],
    [
      252,
      'must',
      'FastCGI 1.0 §3.3, §5.5',
      'Records of two requests may alternate',
      'Both are answered, or the second is refused with CANT_MPX_CONN.',
      async (session) => {
        const wire = await session.connect();
        const [first, second] = [1, 2].map((id) => session.paramBytes({ target: `/${id}` }));
        await wire.send(begin(1, { flags: KEEP }), begin(2, { flags: KEEP }));
        await wire.send(record(Params, 1, first), record(Params, 2, second));
        await wire.send(record(Params, 2), record(Params, 1), record(Stdin, 2), record(Stdin, 1));
        expectServedOrRefused(await wire.answer(2));
        expectComplete(await wire.answer(1));
      },
    ],
    [
      254,
      'hardening',
      'id in use',
      'BEGIN_REQUEST with an active id does no harm',
      next,
      survived('BEGIN_REQUEST with an active id', (session) => [
        session.head(1, { flags: KEEP }),
        session.request(1),
      ]),
    ],
    [
      255,
      'hardening',
      'null request id (HAProxy 3ac082b2b)',
      'BEGIN_REQUEST with the id 0 does no harm',
      next,
      survived('a request with the id 0', (session) => [session.request(0)]),
    ],
    [
      256,
      'hardening',
      'null request id (HAProxy 3ac082b2b)',
      'PARAMS, STDIN and DATA with the id 0 do no harm',
      next,
      survived('streams with the id 0', () => [
        record(Params, 0, '\x01\x01ab'),
        record(Stdin, 0, 'x'),
        record(Data, 0, 'x'),
      ]),
    ],
    [
      257,
      'hardening',
      'null request id',
      'ABORT_REQUEST with the id 0 does no harm',
      next,
      survived('ABORT_REQUEST with the id 0', () => [abort(0)]),
    ],
    [
      258,
      'hardening',
      'version',
      'Records of version 0 do no harm',
      next,
      survived('a request of version 0', () => [record(1, 1, '\0\x01\0\0\0\0\0\0', { version: 0 })]),
    ],
    [
      259,
      'hardening',
      'version',
      'Records of version 2 do no harm',
      next,
      survived('a request of version 2', () => [
        record(1, 1, '\0\x01\0\0\0\0\0\0', { version: 2 }),
        record(Params, 1, '', { version: 2 }),
      ]),
    ],
    [
      260,
      'hardening',
      'version',
      'Records of version 255 do no harm',
      next,
      survived('a request of version 255', () => [record(1, 1, '\0\x01\0\0\0\0\0\0', { version: 255 })]),
    ],
    [
      261,
      'hardening',
      'eight zero bytes (Cherokee)',
      'Eight zero bytes after a request do no harm to it',
      'The request is answered.',
      async (session) => {
        await session.exchangeBytes(Buffer.concat([session.request(1), Buffer.alloc(8), record(Stdin, 1)]));
      },
    ],
    [
      262,
      'hardening',
      'length of a discrete record',
      'BEGIN_REQUEST of 3 bytes does no harm',
      next,
      survived('BEGIN_REQUEST of 3 bytes', () => [record(1, 1, '\0\x01\0')]),
    ],
    [
      263,
      'hardening',
      'length of a discrete record',
      'BEGIN_REQUEST of 65,535 bytes does no harm',
      next,
      survived('BEGIN_REQUEST of 65,535 bytes', () => [record(1, 1, Buffer.alloc(65_535, 1))]),
    ],
    [
      264,
      'hardening',
      'length of a discrete record',
      'Empty BEGIN_REQUEST does no harm',
      next,
      survived('an empty BEGIN_REQUEST', () => [record(1, 1)]),
    ],
    [
      265,
      'hardening',
      'records out of order',
      'STDIN before PARAMS does no harm',
      next,
      survived('STDIN before PARAMS', (session) => [
        begin(1),
        record(Stdin, 1, 'x'),
        record(Stdin, 1),
        wholeStream(Params, 1, session.paramBytes()),
      ]),
    ],
    [
      266,
      'hardening',
      'records out of order',
      'PARAMS after their end do no harm',
      next,
      survived('PARAMS after their end', (session) => [
        session.head(1),
        record(Params, 1, '\x01\x01ab'),
        record(Params, 1),
        record(Stdin, 1),
      ]),
    ],
    [
      267,
      'hardening',
      'records out of order',
      'STDIN after its end does no harm',
      next,
      survived('STDIN after its end', (session) => [
        session.request(1, { flags: KEEP }),
        record(Stdin, 1, 'x'),
        record(Stdin, 1),
      ]),
    ],
  ],
);
