import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, skip } from '../../check.ts';
import { type Answer, statusOf } from '../../wire/answer.ts';
import { type RecordFields, record, wholeStream } from '../../wire/records.ts';
import { type ApplicationSession, KEEP, skipUnoffered } from '../session.ts';

const { Stdin } = RecordType;

/** Every byte value, again and again. */
function everyByte(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
}

function expectSame(answer: Answer, body: Buffer): void {
  skipUnoffered(answer, '/echo');
  if (statusOf(answer) === 413) skip('The application refuses bodies of this size.');
  const { length } = answer.body;
  expectThat(length === body.length, `${length} bytes came back of ${body.length}.`);
  expectThat(answer.body.equals(body), 'Other bytes came back than were sent.');
}

/** The body comes back, sent in records of `size` bytes. */
function echoes(length: number, size?: number, fields?: RecordFields) {
  return async (session: ApplicationSession) => {
    const body = everyByte(length);
    const head = session.head(1, { body, target: '/echo' });
    expectSame(
      await session.exchangeBytes(Buffer.concat([head, wholeStream(Stdin, 1, body, size, fields)])),
      body,
    );
  };
}

/** The answer comes though the body was not read, and the connection is in step after it. */
function leavesUnread(target: string, body: Buffer, text: string) {
  return async (session: ApplicationSession) => {
    const wire = await session.keptWire();
    await wire.send(session.request(2, { body, flags: KEEP, target }));
    const answer = await wire.answer(2);
    skipUnoffered(answer, target);
    expectThat(answer.body.toString('latin1') === text, `The answer is not "${text}".`);
    await wire.settle();
    // It may close then: no answer is better than a wrong one.
    if (wire.state !== 'open') {
      wire.destroy();
      return session.stillAnswers('a body that was not read');
    }
    await wire.send(session.request(3, { body: 'in step', flags: KEEP, target: '/echo' }));
    expectSame(await wire.answer(3), Buffer.from('in step'));
    expectThat(
      wire.records.every(({ requestId }) => requestId <= 3),
      'A request within the body was executed.',
    );
  };
}

const right = 'The same bytes come back.';

export const probeBodies = checkGroup<ApplicationSession>(
  { group: 'probe: bodies', needs: 'probe', subject: 'application' },
  [
    [430, 'must', 'FastCGI 1.0 §6.2', 'A body of one byte arrives', right, echoes(1)],
    [431, 'must', 'FastCGI 1.0 §6.2', 'A body of every byte value arrives', right, echoes(256)],
    [432, 'must', 'FastCGI 1.0 §3.3', 'A body of 65,535 bytes in one record arrives', right, echoes(65_535)],
    [433, 'must', 'FastCGI 1.0 §3.3', 'A body of 65,536 bytes arrives', right, echoes(65_536)],
    [434, 'must', 'FastCGI 1.0 §3.3', 'A body of 1 MB arrives', right, echoes(1_000_000)],
    [
      435,
      'must',
      'FastCGI 1.0 §3.3',
      'A body of 1 MB in records of 100 bytes arrives',
      right,
      echoes(1_000_000, 100),
    ],
    [436, 'must', 'FastCGI 1.0 §3.3', 'A body of one byte a record arrives', right, echoes(2_000, 1)],
    [
      437,
      'must',
      'FastCGI 1.0 §3.3',
      'A body of padded records arrives',
      right,
      echoes(5_000, 99, { padding: 5 }),
    ],
    [
      438,
      'must',
      'FastCGI 1.0 §3.3',
      'A body of full records with 255 bytes of padding arrives',
      right,
      echoes(200_000, 65_535, { padding: 255 }),
    ],
    [
      439,
      'must',
      'FastCGI 1.0 §6.2',
      'An empty body is empty',
      'No byte comes back.',
      async (session) => expectSame(await session.probe('/echo'), Buffer.alloc(0)),
    ],
    [
      440,
      'must',
      'FastCGI 1.0 §3.3',
      'A body arrives byte by byte',
      right,
      async (session) => {
        const body = everyByte(60);
        const wire = await session.connect();
        await wire.send(session.head(1, { body, target: '/echo' }));
        await wire.sendPieces(Array.from(wholeStream(Stdin, 1, body, 20), (byte) => Uint8Array.of(byte)));
        expectSame(await wire.answer(1), body);
      },
    ],
    [
      441,
      'must',
      'FastCGI 1.0 §3.3',
      'Nothing after the end of STDIN belongs to the body',
      'The bytes before it.',
      async (session) => {
        const body = Buffer.from('the body');
        const bytes = [
          session.request(1, { body, target: '/echo' }),
          record(Stdin, 1, 'late'),
          record(Stdin, 1),
        ];
        expectSame(await session.exchangeBytes(Buffer.concat(bytes)), body);
      },
    ],
    [
      442,
      'must',
      'FastCGI 1.0 §3.3',
      'Bodies of two requests of a kept connection do not mix',
      right,
      async (session) => {
        const wire = await session.keptWire();
        for (const id of [2, 3, 4]) {
          const body = Buffer.alloc(1_000 * id, id);
          await wire.send(session.request(id, { body, flags: KEEP, target: '/echo' }));
          expectSame(await wire.answer(id), body);
        }
      },
    ],
    [
      443,
      'must',
      'FastCGI 1.0 §3.3',
      'Bodies of two requests that alternate do not mix',
      'Each gets its own, or the second is refused with CANT_MPX_CONN.',
      async (session) => {
        const wire = await session.connect();
        const [first, second] = [Buffer.alloc(3_000, 'a'), Buffer.alloc(3_000, 'b')];
        const shape = { flags: KEEP, target: '/echo' };
        await wire.send(
          session.head(1, { ...shape, body: first }),
          session.head(2, { ...shape, body: second }),
        );
        for (let at = 0; at < 3_000; at += 100) {
          await wire.send(
            record(Stdin, 1, first.subarray(at, at + 100)),
            record(Stdin, 2, second.subarray(at, at + 100)),
          );
        }
        await wire.send(record(Stdin, 2), record(Stdin, 1));
        expectSame(await wire.answer(1), first);
        const refused = await wire.answer(2);
        if (refused.protocolStatus === 0) expectSame(refused, second);
      },
    ],
    [
      444,
      'hardening',
      'unread bodies',
      'A small body that is not read leaves the connection in step',
      'The next answer is that of the next request.',
      leavesUnread('/early', Buffer.from('not read'), 'early'),
    ],
    [
      445,
      'hardening',
      'unread bodies',
      'A body of 300 KB that is not read leaves the connection in step',
      'The next answer is that of the next request, or it closes.',
      leavesUnread('/early', Buffer.alloc(300_000, 'b'), 'early'),
    ],
    [
      446,
      'hardening',
      'unread bodies (CVE-2026-129289)',
      'A body that holds a request and is not read is not executed',
      'The next answer is that of the next request, or it closes.',
      async (session) => leavesUnread('/early', session.request(7, { flags: KEEP }), 'early')(session),
    ],
    [
      447,
      'hardening',
      'half-read bodies (CVE-2026-129289)',
      'A body that holds a request and is read in part is not executed',
      'The next answer is that of the next request, or it closes.',
      async (session) => leavesUnread('/partial?8', session.request(7, { flags: KEEP }), 'partial')(session),
    ],
    [
      448,
      'hardening',
      'half-read bodies',
      'A body of 300 KB that is read in part leaves the connection in step',
      'The next answer is that of the next request, or it closes.',
      leavesUnread('/partial?1000', Buffer.alloc(300_000, 'b'), 'partial'),
    ],
  ],
);
