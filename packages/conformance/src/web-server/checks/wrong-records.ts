import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { record } from '../../wire/records.ts';
import { whenWhole } from '../scripted-application.ts';
import { PLAIN, type WebServerSession } from '../session.ts';
import { borne } from './fault-checks.ts';

const { EndRequest, Stderr, Stdout } = RecordType;
const HEAD = 'Status: 200 OK\r\nContent-Type: text/plain\r\n';

const next = 'The next request gets its own answer.';

export const wrongRecords = checkGroup<WebServerSession>(
  { group: 'web server: wrong records', needs: 'nothing', subject: 'web-server' },
  [
    [
      624,
      'hardening',
      'wrong records',
      'A record of version 2 does no harm',
      next,
      borne('version 2', (exchange) => {
        exchange.send(record(Stdout, exchange.id, PLAIN, { version: 2 }));
        exchange.close();
      }),
    ],
    [
      625,
      'hardening',
      'wrong records',
      'A record of an unknown type does no harm',
      next,
      borne('an unknown type', (exchange) => {
        exchange.send(record(42, exchange.id, 'text'));
        exchange.answer(PLAIN);
      }),
    ],
    [
      626,
      'hardening',
      'null request id (HAProxy 3ac082b2b)',
      'STDOUT with the id 0 is no part of the response',
      'No byte of it.',
      async (session) => {
        const { body } = await session.bears(
          'STDOUT with the id 0',
          whenWhole((exchange) => {
            exchange.send(exchange.stdout(`${HEAD}\r\n`), record(Stdout, 0, 'stray'));
            exchange.send(exchange.stdout('plain'), record(Stdout, exchange.id), exchange.end());
            exchange.finish();
          }),
        );
        expectThat(!body.includes('stray'), 'The client got content of a record with the id 0.');
      },
    ],
    [
      627,
      'hardening',
      'records of another request',
      'STDOUT of another id is no part of the response',
      'No byte of it.',
      async (session) => {
        const { body } = await session.bears(
          'STDOUT of another id',
          whenWhole((exchange) => {
            exchange.send(exchange.stdout(`${HEAD}\r\n`), record(Stdout, exchange.id + 7, 'stray'));
            exchange.send(exchange.stdout('plain'), record(Stdout, exchange.id), exchange.end());
            exchange.finish();
          }),
        );
        expectThat(!body.includes('stray'), 'The client got content of a record of another id.');
      },
    ],
    [
      628,
      'hardening',
      'records out of order',
      'END_REQUEST of 4 bytes does no harm',
      next,
      borne('END_REQUEST of 4 bytes', (exchange) => {
        exchange.send(
          exchange.stdout(PLAIN),
          record(Stdout, exchange.id),
          record(EndRequest, exchange.id, '\0\0\0\0'),
        );
        exchange.close();
      }),
    ],
    [
      629,
      'hardening',
      'answers that shift (Apache)',
      'A second END_REQUEST does not shift answers',
      next,
      borne('two END_REQUEST records', (exchange) => {
        exchange.send(exchange.stdout(PLAIN), record(Stdout, exchange.id), exchange.end(), exchange.end());
        exchange.finish();
      }),
    ],
    [
      630,
      'hardening',
      'answers that shift (Apache)',
      'A whole second answer does not shift answers',
      next,
      borne('a second answer', (exchange) => {
        exchange.send(exchange.stdout(PLAIN), record(Stdout, exchange.id), exchange.end());
        exchange.answer(PLAIN.replace('plain', 'second'));
      }),
    ],
    [
      631,
      'hardening',
      'records out of order',
      'STDOUT after its end does no harm',
      next,
      borne('STDOUT after its end', (exchange) => {
        exchange.send(
          exchange.stdout(PLAIN),
          record(Stdout, exchange.id),
          exchange.stdout('late'),
          exchange.end(),
        );
        exchange.finish();
      }),
    ],
    [
      632,
      'hardening',
      'STDERR',
      '1 MB of STDERR does no harm',
      next,
      borne('1 MB of STDERR', (exchange) => {
        for (let count = 0; count < 20; count += 1)
          exchange.send(record(Stderr, exchange.id, 'E'.repeat(50_000)));
        exchange.answer(PLAIN);
      }),
    ],
    [
      633,
      'hardening',
      'STDERR',
      'Control characters in STDERR do no harm',
      next,
      borne('control characters in STDERR', (exchange) => {
        exchange.send(record(Stderr, exchange.id, '\x1b[2J\0\r\nforged line\n%n%s'));
        exchange.answer(PLAIN);
      }),
    ],
    [
      634,
      'hardening',
      'clients that leave',
      'A client that leaves before the answer does no harm',
      next,
      async (session) => {
        session.application.reset((exchange) => void setTimeout(() => exchange.answer(PLAIN), 100));
        const connection = session.connect();
        connection.send(session.request());
        await connection.surplus();
        connection.destroy();
        await session.stillServes('a client that left before the answer');
      },
    ],
    [
      635,
      'hardening',
      'clients that leave',
      'Clients that leave a large answer do no harm',
      next,
      async (session) => {
        session.application.reset(
          whenWhole((exchange) =>
            exchange.answer(Buffer.concat([Buffer.from(`${HEAD}\r\n`), Buffer.alloc(3_000_000, 'b')])),
          ),
        );
        for (let count = 0; count < 5; count += 1) {
          const connection = session.connect();
          connection.send(session.request());
          await connection.surplus();
          connection.destroy();
        }
        await session.stillServes('clients that left a large answer');
      },
    ],
    [
      636,
      'hardening',
      'non-parsed headers',
      'A status line of HTTP in STDOUT does no harm',
      next,
      borne('a status line', (exchange) => exchange.answer(`HTTP/1.1 202 Accepted\r\n${HEAD}\r\nbody`)),
    ],
  ],
);
