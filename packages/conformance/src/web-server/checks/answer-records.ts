import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, fail } from '../../check.ts';
import { type RecordFields, record, streamRecords } from '../../wire/records.ts';
import { type Script, whenWhole } from '../scripted-application.ts';
import { PLAIN, type WebServerSession } from '../session.ts';
import { expectPlain } from './expect-plain.ts';

const { Stderr, Stdout } = RecordType;
const TEXT = 'Content-Type: text/plain\r\n';
const source = 'FastCGI 1.0 §3.3';

/** The client gets `plain`, whatever records it was sent in. */
function plain(script: Script) {
  return async (session: WebServerSession) => expectPlain(await session.ask({}, whenWhole(script)));
}

function large(length: number, size?: number, fields?: RecordFields) {
  return async (session: WebServerSession) => {
    const body = Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
    const answer = Buffer.concat([Buffer.from(`Status: 200 OK\r\n${TEXT}\r\n`), body]);
    const response = await session.ask(
      {},
      whenWhole((exchange) => {
        exchange.send(
          streamRecords(Stdout, exchange.id, answer, size, fields),
          record(Stdout, exchange.id),
          exchange.end(),
        );
        exchange.finish();
      }),
    );
    expectThat(
      response.status === 200 && response.state === 'complete',
      `Status ${response.status}, ${response.state}.`,
    );
    expectThat(
      response.body.equals(body),
      `${response.body.length} bytes came instead of ${length}, or other bytes.`,
    );
  };
}

export const answerRecords = checkGroup<WebServerSession>(
  { group: 'web server: records of answers', needs: 'nothing', subject: 'web-server' },
  [
    [577, 'must', source, 'A body of 1 MB', 'The same bytes.', large(1_000_000)],
    [578, 'must', source, 'A body of 300 KB in records of 100 bytes', 'The same bytes.', large(300_000, 100)],
    [579, 'must', source, 'A body of one byte a record', 'The same bytes.', large(2_000, 1)],
    [
      580,
      'must',
      source,
      'A body of every byte value',
      'The same bytes.',
      async (session) => {
        const body = Buffer.from(Uint8Array.from({ length: 512 }, (_, index) => index & 0xff));
        const response = await session.answered(Buffer.concat([Buffer.from(`${TEXT}\r\n`), body]));
        expectThat(response.body.equals(body), 'Other bytes came.');
      },
    ],
    [
      581,
      'must',
      source,
      'Head and body may come in different records',
      'The same response.',
      plain((exchange) => {
        exchange.send(
          exchange.stdout(`${TEXT}\r\n`),
          exchange.stdout('plain'),
          record(Stdout, exchange.id),
          exchange.end(),
        );
        exchange.finish();
      }),
    ],
    [
      582,
      'must',
      source,
      'The head may be cut into records at each byte, sent in one write',
      'The same response.',
      async (session) => {
        for (let at = 1; at < PLAIN.length; at += 1) {
          const response = await session.ask(
            {},
            whenWhole((exchange) => {
              exchange.send(
                exchange.stdout(PLAIN.slice(0, at)),
                exchange.stdout(PLAIN.slice(at)),
                record(Stdout, exchange.id),
                exchange.end(),
              );
              exchange.finish();
            }),
          );
          const isRight = response.status === 200 && response.body.toString('latin1') === 'plain';
          if (!isRight)
            fail(
              `Cut after byte ${at}, the client got status ${response.status} and ${response.body.length} bytes.`,
            );
        }
      },
    ],
    [
      583,
      'must',
      source,
      'An answer may come byte by byte',
      'The same response.',
      async (session) => {
        const script = whenWhole((exchange) => {
          const bytes = Buffer.concat([exchange.stdout(PLAIN), record(Stdout, exchange.id), exchange.end()]);
          void exchange
            .sendPieces(Array.from(bytes, (byte) => Uint8Array.of(byte)))
            .then(() => exchange.finish());
        });
        expectPlain(await session.ask({}, script));
      },
    ],
    [
      584,
      'must',
      source,
      'Each padding length, 0 to 255 bytes',
      'The same response.',
      async (session) => {
        for (let padding = 0; padding < 256; padding += 1) {
          const response = await session.ask(
            {},
            whenWhole((exchange) => {
              const { id } = exchange;
              exchange.send(
                record(Stdout, id, PLAIN, { padding }),
                record(Stdout, id, '', { padding }),
                exchange.end(),
              );
              exchange.finish();
            }),
          );
          if (response.body.toString('latin1') !== 'plain')
            fail(`With ${padding} bytes of padding the client got status ${response.status}.`);
        }
      },
    ],
    [
      585,
      'must',
      source,
      'Padding may have any bytes',
      'The same response.',
      plain((exchange) => {
        const padding = new Uint8Array(77).fill(0xa5);
        exchange.send(
          record(Stdout, exchange.id, PLAIN, { padding }),
          record(Stdout, exchange.id, '', { padding }),
          exchange.end(),
        );
        exchange.finish();
      }),
    ],
    [
      586,
      'must',
      'FastCGI 1.0 §3.3 (CVE-2026-55203)',
      'Records of 65,535 bytes and 255 bytes of padding',
      'The same bytes.',
      large(200_000, 65_535, { padding: 255 }),
    ],
    [587, 'must', source, 'Records of 65,535 bytes', 'The same bytes.', large(200_000, 65_535)],
    [
      588,
      'must',
      'FastCGI 1.0 §6.1',
      'STDERR before STDOUT is no part of the body',
      'The same response.',
      plain((exchange) => {
        exchange.send(record(Stderr, exchange.id, 'a warning\n'), record(Stderr, exchange.id));
        exchange.answer(PLAIN);
      }),
    ],
    [
      589,
      'must',
      'FastCGI 1.0 §6.1',
      'STDERR within STDOUT is no part of the body',
      'The same response.',
      plain((exchange) => {
        exchange.send(
          exchange.stdout(PLAIN.slice(0, -2)),
          record(Stderr, exchange.id, 'a warning\n'),
          exchange.stdout('in'),
        );
        exchange.send(record(Stderr, exchange.id), record(Stdout, exchange.id), exchange.end());
        exchange.finish();
      }),
    ],
    [
      590,
      'must',
      'FastCGI 1.0 §6.1',
      'STDERR may be one empty record',
      'The same response.',
      plain((exchange) => {
        exchange.send(record(Stderr, exchange.id));
        exchange.answer(PLAIN);
      }),
    ],
    [
      591,
      'should',
      'FastCGI 1.0 §5.5 (php-fpm)',
      'END_REQUEST without an empty STDOUT ends the response',
      'The same response.',
      plain((exchange) => {
        exchange.send(exchange.stdout(PLAIN), exchange.end());
        exchange.finish();
      }),
    ],
    [
      592,
      'must',
      'FastCGI 1.0 §5.5',
      'An appStatus other than 0 changes no response',
      'The same response.',
      plain((exchange) => {
        exchange.send(exchange.stdout(PLAIN), record(Stdout, exchange.id), exchange.end(0, 3));
        exchange.finish();
      }),
    ],
    [
      593,
      'must',
      source,
      'Reserved bytes mean nothing',
      'The same response.',
      plain((exchange) => {
        exchange.send(
          record(Stdout, exchange.id, PLAIN, { reserved: 0xff }),
          record(Stdout, exchange.id),
          exchange.end(),
        );
        exchange.finish();
      }),
    ],
    [
      594,
      'must',
      'FastCGI 1.0 §6.2',
      'A slow answer reaches the client',
      'The same response after 300 ms.',
      async (session) =>
        expectPlain(await session.ask({}, (exchange) => void setTimeout(() => exchange.answer(PLAIN), 300))),
    ],
    [
      595,
      'must',
      source,
      'Responses to several clients at once do not mix',
      'Each client gets its own.',
      async (session) => {
        session.application.reset(
          whenWhole((exchange) => {
            exchange.answer(PLAIN.replace(/plain$/, exchange.values('QUERY_STRING').at(-1) ?? ''));
          }),
        );
        const bodies = await Promise.all(
          Array.from({ length: 20 }, async (_, index) => {
            const connection = session.connect();
            connection.send(session.request({ path: `x?client=${index}` }));
            return (await connection.read()).body.toString('latin1');
          }),
        );
        const wrong = bodies.findIndex((body, index) => body !== `client=${index}`);
        expectThat(wrong === -1, `Client ${wrong} got ${JSON.stringify(bodies[wrong]?.slice(0, 40))}.`);
      },
    ],
  ],
);
