import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, fail } from '../../check.ts';
import { begin, pairBytes, record, streamRecords, wholeStream } from '../../wire/records.ts';
import { type ApplicationSession, expectComplete, KEEP } from '../session.ts';

const { Params, Stdin } = RecordType;

/** Sends the same request again and again, cut into two writes at each of the places. */
async function cutAtEach(
  session: ApplicationSession,
  bytes: Uint8Array,
  from: number,
  to: number,
): Promise<void> {
  for (let at = from; at < Math.min(to, bytes.length); at += 1) {
    const wire = await session.connect();
    await wire.sendPieces([bytes.subarray(0, at), bytes.subarray(at)]);
    try {
      await wire.answer(1);
    } catch {
      fail(`Cut after byte ${at} into two writes, the request is not answered.`);
    }
    wire.destroy();
  }
}

/** One request whose PARAMS are in the given records. */
function withParams(records: Uint8Array): Uint8Array {
  return Buffer.concat([begin(1), records, record(Params, 1), record(Stdin, 1)]);
}

/** The params are cut into two records at each byte. */
async function cutParams(session: ApplicationSession, from: number, to: number): Promise<void> {
  const params = session.paramBytes({ params: { HTTP_X_LONG: 'v'.repeat(200) } });
  for (let at = from; at < Math.min(to, params.length); at += 1) {
    try {
      await session.exchangeBytes(
        withParams(
          Buffer.concat([record(Params, 1, params.subarray(0, at)), record(Params, 1, params.subarray(at))]),
        ),
      );
    } catch {
      fail(`With PARAMS cut into two records after byte ${at}, the request is not answered.`);
    }
  }
}

const split = (text: string) => `Answered however the bytes are cut: ${text}.`;

export const framing = checkGroup<ApplicationSession>(
  { group: 'framing', needs: 'nothing', subject: 'application' },
  [
    [
      201,
      'must',
      'FastCGI 1.0 §3.3',
      'A request may come in one write',
      split('all at once'),
      async (session) => expectComplete(await session.exchange()),
    ],
    [
      202,
      'must',
      'FastCGI 1.0 §3.3',
      'A request may come byte by byte',
      split('one byte at a time'),
      async (session) => {
        const wire = await session.connect();
        await wire.sendPieces(
          Array.from(session.request(1, { body: 'body' }), (byte) => Uint8Array.of(byte)),
        );
        await wire.answer(1);
      },
    ],
    [
      203,
      'must',
      'FastCGI 1.0 §3.3',
      'The header of BEGIN_REQUEST may be cut at each byte',
      split('bytes 1 to 7'),
      (session) => cutAtEach(session, session.request(1), 1, 8),
    ],
    [
      204,
      'must',
      'FastCGI 1.0 §3.3',
      'BEGIN_REQUEST may be cut at each byte',
      split('bytes 8 to 16'),
      (session) => cutAtEach(session, session.request(1), 8, 17),
    ],
    [
      205,
      'must',
      'FastCGI 1.0 §3.3',
      'The header of PARAMS may be cut at each byte',
      split('bytes 17 to 24'),
      (session) => cutAtEach(session, session.request(1), 17, 25),
    ],
    [
      206,
      'must',
      'FastCGI 1.0 §3.3',
      'PARAMS may be cut at each byte',
      split('every byte of the params'),
      (session) => {
        const bytes = session.request(1);
        return cutAtEach(session, bytes, 25, bytes.length - 16);
      },
    ],
    [
      207,
      'must',
      'FastCGI 1.0 §3.3',
      'The ends of the streams may be cut at each byte',
      split('the last 16 bytes'),
      (session) => {
        const bytes = session.request(1);
        return cutAtEach(session, bytes, bytes.length - 16, bytes.length);
      },
    ],
    [
      208,
      'must',
      'FastCGI 1.0 §3.3',
      'A body may be cut at each byte',
      split('header and content of STDIN'),
      (session) => {
        const bytes = session.request(1, { body: '0123456789' });
        return cutAtEach(session, bytes, bytes.length - 26, bytes.length);
      },
    ],
    [
      209,
      'must',
      'FastCGI 1.0 §3.3',
      'Each param may have a record of its own',
      'Answered.',
      async (session) => {
        const records = session.params().map((pair) => record(Params, 1, pairBytes([pair])));
        await session.exchangeBytes(withParams(Buffer.concat(records)));
      },
    ],
    [
      210,
      'must',
      'FastCGI 1.0 §3.3, §3.4',
      'Each byte of the params may have a record of its own',
      'Answered.',
      async (session) => {
        await session.exchangeBytes(withParams(streamRecords(Params, 1, session.paramBytes(), 1)));
      },
    ],
    [
      211,
      'must',
      'FastCGI 1.0 §3.4, appendix B',
      'A pair may run over two records, cut at each of the first bytes',
      'Answered.',
      (session) => cutParams(session, 1, 64),
    ],
    [
      212,
      'must',
      'FastCGI 1.0 §3.4, appendix B',
      'A pair may run over two records, cut at each later byte',
      'Answered.',
      (session) => cutParams(session, 64, 2_000),
    ],
    [
      213,
      'should',
      'FastCGI 1.0 §3.3',
      'Params may take several full records',
      '100,000 bytes of params are answered, also by a refusal.',
      async (session) => {
        const params = Array.from(
          { length: 100 },
          (_, index) => [`HTTP_X_LONG_${index}`, 'v'.repeat(1_000)] as const,
        );
        const bytes = pairBytes([...session.params(), ...params]);
        await session.exchangeBytes(withParams(streamRecords(Params, 1, bytes)));
      },
    ],
    [
      214,
      'must',
      'FastCGI 1.0 §3.3',
      'Each byte of a body may have a record of its own',
      'Answered.',
      async (session) => {
        const shape = { body: 'b'.repeat(300) };
        await session.exchangeBytes(
          Buffer.concat([session.head(1, shape), wholeStream(Stdin, 1, Buffer.alloc(300, 'b'), 1)]),
        );
      },
    ],
    [
      215,
      'must',
      'FastCGI 1.0 §3.3',
      'A record holds up to 65,535 bytes',
      'A body in one record of 65,535 bytes: answered.',
      async (session) => expectComplete(await session.exchange({ body: Buffer.alloc(65_535, 'b') })),
    ],
    [
      216,
      'must',
      'FastCGI 1.0 §3.3',
      'A body may take several full records',
      'A body of 200,000 bytes: answered.',
      async (session) => {
        await session.exchange({ body: Buffer.alloc(200_000, 'b') });
      },
    ],
    [
      217,
      'must',
      'FastCGI 1.0 §3.3',
      'Two requests of a kept connection may come in one write',
      'Both are answered, or the second is refused with CANT_MPX_CONN.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(session.request(2, { flags: KEEP }), session.request(3, { flags: KEEP }));
        await wire.answer(2);
        await wire.answer(3);
      },
    ],
    [
      218,
      'must',
      'FastCGI 1.0 §3.3',
      'The end of a request and the begin of the next may come in one write',
      'Both are answered, or the second is refused with CANT_MPX_CONN.',
      async (session) => {
        const wire = await session.keptWire();
        const bytes = session.request(2, { flags: KEEP });
        await wire.send(bytes.subarray(0, -4));
        await wire.send(bytes.subarray(-4), session.request(3, { flags: KEEP }));
        await wire.answer(2);
        await wire.answer(3);
      },
    ],
  ],
);
