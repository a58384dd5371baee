import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { abort, begin, latin1, pairBytes, record, wholeStream } from '../../wire/records.ts';
import { type ApplicationSession, KEEP } from '../session.ts';

const { GetValues, Params, Stdin } = RecordType;
/** Management records in a flood. */
const FLOOD = 20_000;
const next = 'The next connection is served.';

function repeated(count: number, bytes: (index: number) => Uint8Array): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => bytes(index)));
}

function survived(after: string, pick: (session: ApplicationSession) => Uint8Array) {
  return (session: ApplicationSession) => session.survives(after, pick(session));
}

/** Reads as many answers as there are, so that all of the flood is taken in. */
function answersRead(after: string, pick: () => Buffer) {
  return async (session: ApplicationSession) => {
    const wire = await session.connect();
    await wire.send(pick());
    // Silence, and the end of the connection, are answers, too.
    await wire.until('', () => wire.records.length >= FLOOD || undefined).catch(() => undefined);
    wire.destroy();
    await session.stillAnswers(after);
  };
}

/** Numbers that are the same in every run. */
function randomBytes(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

export const floods = checkGroup<ApplicationSession>(
  { group: 'floods', needs: 'nothing', subject: 'application' },
  [
    [
      380,
      'hardening',
      'flood of management records',
      '20,000 GET_VALUES, answers read',
      next,
      answersRead('20,000 GET_VALUES', () =>
        repeated(FLOOD, () => record(GetValues, 0, pairBytes([['FCGI_MAX_REQS', '']]))),
      ),
    ],
    [
      381,
      'hardening',
      'flood of management records',
      '50,000 GET_VALUES, answers not read',
      next,
      async (session) => {
        const wire = await session.connect();
        wire.pause();
        await wire.send(repeated(50_000, () => record(GetValues, 0, pairBytes([['FCGI_MAX_REQS', '']]))));
        wire.destroy();
        await session.stillAnswers('50,000 GET_VALUES whose answers were not read');
      },
    ],
    [
      382,
      'hardening',
      'flood of management records',
      '20,000 records of unknown types',
      next,
      answersRead('20,000 records of unknown types', () =>
        repeated(FLOOD, (index) => record(12 + (index % 240), 0, 'abc')),
      ),
    ],
    [
      383,
      'hardening',
      'flood of half requests (Go #81548)',
      '65,535 requests begun on one connection',
      next,
      survived('65,535 requests that were begun', () =>
        repeated(65_535, (index) => begin(index + 1, { flags: KEEP })),
      ),
    ],
    [
      384,
      'hardening',
      'flood of half requests',
      '2,000 requests with params and without an end',
      next,
      survived('2,000 half requests', (session) => {
        const params = session.paramBytes();
        return repeated(2_000, (index) =>
          Buffer.concat([begin(index + 1, { flags: KEEP }), record(Params, index + 1, params)]),
        );
      }),
    ],
    [
      385,
      'hardening',
      'rapid reset',
      '5,000 requests begun and aborted',
      next,
      survived('5,000 requests that were begun and aborted', () =>
        repeated(5_000, (index) =>
          Buffer.concat([begin((index % 100) + 1, { flags: KEEP }), abort((index % 100) + 1)]),
        ),
      ),
    ],
    [
      386,
      'hardening',
      'rapid reset',
      '300 whole requests, each aborted at once',
      next,
      survived('300 requests that were aborted', (session) =>
        repeated(300, (index) =>
          Buffer.concat([session.request(index + 1, { flags: KEEP }), abort(index + 1)]),
        ),
      ),
    ],
    [
      387,
      'hardening',
      'flood of records',
      '100,000 records of inactive ids',
      next,
      survived('100,000 records of inactive ids', () =>
        repeated(100_000, (index) => record(Stdin, (index % 1_000) + 1, 'x')),
      ),
    ],
    [
      388,
      'hardening',
      'flood of records',
      '50,000 PARAMS records of one byte',
      next,
      survived('50,000 PARAMS records of one byte', () =>
        Buffer.concat([begin(1), repeated(50_000, () => record(Params, 1, 'v'))]),
      ),
    ],
    [
      389,
      'hardening',
      'memory',
      '8 MB of params',
      next,
      survived('8 MB of params', () => {
        const pairs = Array.from(
          { length: 128 },
          (_, index) => [`HTTP_X_${index}`, 'v'.repeat(62_500)] as const,
        );
        return Buffer.concat([begin(1), wholeStream(Params, 1, pairBytes(pairs)), record(Stdin, 1)]);
      }),
    ],
    [
      390,
      'hardening',
      'memory',
      'A body of 16 MB that was not announced',
      next,
      survived('a body of 16 MB', (session) =>
        Buffer.concat([session.head(1), wholeStream(Stdin, 1, Buffer.alloc(16_000_000, 'b'))]),
      ),
    ],
    [
      391,
      'hardening',
      'connections',
      '200 connections, each with half a request',
      'A request after they have gone is answered.',
      async (session) => {
        const wires = [];
        for (let count = 0; count < 200; count += 1) {
          const wire = await session.connect();
          await wire.send(begin(1), record(Params, 1, session.paramBytes()));
          wires.push(wire);
        }
        for (const wire of wires) wire.destroy();
        await session.stillAnswers('200 connections with half a request, which have gone');
      },
    ],
    [
      392,
      'hardening',
      'select() and descriptor 1024 (CVE-2012-6687)',
      '1,100 connections at once',
      'A request after they have gone is answered.',
      async (session) => {
        const wires = [];
        for (let count = 0; count < 1_100; count += 1) wires.push(session.open());
        await wires[0]?.settle(500);
        for (const wire of wires) wire.destroy();
        await session.stillAnswers('1,100 connections, which have gone');
      },
    ],
    [
      393,
      'hardening',
      'other protocols',
      'An HTTP request does no harm',
      next,
      survived('an HTTP request', () => latin1('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
    ],
    [
      394,
      'hardening',
      'other protocols',
      'A TLS greeting does no harm',
      next,
      survived('a TLS greeting', () =>
        Buffer.concat([Buffer.from('16030100c8010000c40303', 'hex'), Buffer.alloc(200, 7)]),
      ),
    ],
    [
      395,
      'hardening',
      'random bytes',
      'Random bytes do no harm',
      next,
      async (session) => {
        for (let seed = 1; seed <= 20; seed += 1)
          await session.survives(`random bytes (seed ${seed})`, randomBytes(5_000, seed));
      },
    ],
    [
      396,
      'hardening',
      'random records',
      'Records with random types, ids and contents do no harm',
      next,
      async (session) => {
        for (let seed = 1; seed <= 20; seed += 1) {
          const random = randomBytes(3_000, seed);
          const records = repeated(100, (index) => {
            const at = index * 20;
            return record(
              (random[at] ?? 0) % 14,
              (random[at + 1] ?? 0) % 4,
              random.subarray(at + 2, at + 2 + ((random[at + 2] ?? 0) % 18)),
            );
          });
          await session.survives(`random records (seed ${seed})`, records);
        }
      },
    ],
    [
      397,
      'hardening',
      'slow bytes',
      'A connection that sends a byte now and then keeps no other waiting',
      'A request beside it is answered.',
      async (session) => {
        const wire = await session.connect();
        await wire.sendPieces(Array.from(session.request(1).subarray(0, 40), (byte) => Uint8Array.of(byte)));
        await session.stillAnswers('40 bytes of a slow connection, which stays');
      },
    ],
    [
      398,
      'must',
      'FastCGI 1.0 §3.3',
      '300 requests on one kept connection',
      'All are answered.',
      async (session) => {
        const wire = await session.keptWire();
        for (let id = 2; id <= 300; id += 1) await session.answersOn(wire, id, `${id - 1} requests`);
        expectThat(wire.state === 'open', 'The connection was closed.');
      },
    ],
  ],
);
