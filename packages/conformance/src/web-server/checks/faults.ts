import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { record } from '../../wire/records.ts';
import { whenWhole } from '../scripted-application.ts';
import type { WebServerSession } from '../session.ts';
import { borne, refused } from './fault-checks.ts';

const { Stdout } = RecordType;
const HEAD = 'Status: 200 OK\r\nContent-Type: text/plain\r\n';

/** Ends without an answer, with a protocolStatus. */
function ended(what: string, protocolStatus: number) {
  return refused(what, (exchange) => {
    exchange.send(exchange.end(protocolStatus));
    exchange.close();
  });
}

/** The head has this line; its value must not become another field for the client. */
function injected(line: string) {
  return async (session: WebServerSession) => {
    const { fields } = await session.bears(
      'such a field',
      whenWhole((exchange) => exchange.answer(`${HEAD}${line}\r\n\r\nbody`)),
    );
    expectThat(
      fields.every(([name]) => name.toLowerCase() !== 'x-injected'),
      'The client got X-Injected as a field.',
    );
  };
}

const error = 'An error, or a response that the client sees is cut; the next request is served.';
const next = 'The next request gets its own answer.';

export const faults = checkGroup<WebServerSession>(
  { group: 'web server: faults', needs: 'nothing', subject: 'web-server' },
  [
    [
      600,
      'hardening',
      'an application that closes',
      'Closes without an answer',
      error,
      refused('an application that closed', (exchange) => exchange.close()),
    ],
    [
      601,
      'hardening',
      'an application that closes',
      'Resets without an answer',
      error,
      refused('an application that left', (exchange) => exchange.destroy()),
    ],
    [
      602,
      'hardening',
      'empty answers',
      'END_REQUEST alone is no success',
      error,
      ended('END_REQUEST without output', 0),
    ],
    [
      603,
      'hardening',
      'refusals',
      'CANT_MPX_CONN without output is no success',
      error,
      ended('CANT_MPX_CONN', 1),
    ],
    [604, 'hardening', 'refusals', 'OVERLOADED without output is no success', error, ended('OVERLOADED', 2)],
    [
      605,
      'hardening',
      'refusals',
      'UNKNOWN_ROLE without output is no success',
      error,
      ended('UNKNOWN_ROLE', 3),
    ],
    [
      606,
      'hardening',
      'broken heads',
      'END_REQUEST within the head is no success',
      error,
      refused('END_REQUEST within the head', (exchange) => exchange.answer('Status: 200 OK\r\nContent-Ty')),
    ],
    [
      607,
      'hardening',
      'broken heads',
      'Closes within the head',
      error,
      refused('a connection closed within the head', (exchange) => {
        exchange.send(exchange.stdout('Status: 200 OK\r\nContent-Ty'));
        exchange.close();
      }),
    ],
    [
      608,
      'hardening',
      'broken records',
      'Closes within a record',
      error,
      refused('a connection closed within a record', (exchange) => {
        exchange.send(record(Stdout, exchange.id, `${HEAD}\r\n`, { contentLength: 5_000 }));
        exchange.destroy();
      }),
    ],
    [
      609,
      'hardening',
      'other protocols',
      'Answers with HTTP',
      error,
      refused('an answer in HTTP', (exchange) => {
        exchange.send(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain'));
        exchange.close();
      }),
    ],
    [
      610,
      'hardening',
      'random bytes',
      'Answers with bytes 0xFF',
      error,
      refused('bytes 0xFF', (exchange) => {
        exchange.send(Buffer.alloc(5_000, 0xff));
        exchange.close();
      }),
    ],
    [
      611,
      'hardening',
      'cut responses',
      'Closes within a body of known length',
      'The client sees that it is cut; the next request is served.',
      refused('a body that was cut', (exchange) => {
        exchange.send(exchange.stdout(`${HEAD}Content-Length: 1000\r\n\r\npart`));
        exchange.destroy();
      }),
    ],
    [
      612,
      'hardening',
      'cut responses',
      'Ends a body before its Content-Length',
      'The client sees that it is cut; the next request is served.',
      refused('a body shorter than its Content-Length', (exchange) =>
        exchange.answer(`${HEAD}Content-Length: 1000\r\n\r\npart`),
      ),
    ],
    [
      613,
      'hardening',
      'response splitting by length',
      'A body longer than its Content-Length is no second response',
      'No byte after the response.',
      async (session) => {
        const hidden = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden';
        session.application.reset(
          whenWhole((exchange) => exchange.answer(`${HEAD}Content-Length: 5\r\n\r\nplain${hidden}`)),
        );
        const connection = session.connect();
        connection.send(session.request());
        await connection.read();
        const surplus = await connection.surplus();
        expectThat(
          !surplus.includes('hidden'),
          'The client gets the surplus as if it were the next response.',
        );
        await session.stillServes('a body longer than its Content-Length');
      },
    ],
    [
      614,
      'hardening',
      'two lengths',
      'Two different Content-Length fields do not reach the client',
      'A refusal, or one of them.',
      async (session) => {
        const { fields } = await session.bears(
          'two lengths',
          whenWhole((exchange) =>
            exchange.answer(`${HEAD}Content-Length: 5\r\nContent-Length: 50\r\n\r\nplain`),
          ),
        );
        const lengths = fields.filter(([name]) => name.toLowerCase() === 'content-length');
        expectThat(lengths.length < 2, 'The client got both.');
      },
    ],
    [
      615,
      'hardening',
      'framing by the application',
      'Transfer-Encoding of the application breaks no framing',
      'A refusal, or a response that the client can read.',
      async (session) => {
        const response = await session.bears(
          'Transfer-Encoding',
          whenWhole((exchange) =>
            exchange.answer(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nplain\r\n0\r\n\r\n`),
          ),
        );
        const codings = response.fields.filter(([name]) => name.toLowerCase() === 'transfer-encoding');
        expectThat(codings.length < 2, 'The client got two Transfer-Encoding fields.');
      },
    ],
    [
      616,
      'hardening',
      'bad statuses',
      'A Status without a number is no success',
      error,
      refused('Status: abc', (exchange) => exchange.answer('Status: abc\r\n\r\nbody')),
    ],
    [
      617,
      'hardening',
      'bad statuses',
      'A Status of 99999 does no harm',
      next,
      borne('Status: 99999', (exchange) => exchange.answer('Status: 99999\r\n\r\nbody')),
    ],
    [
      618,
      'hardening',
      'bad fields (OpenBSD httpd 2026)',
      'A line without a colon does no harm',
      next,
      borne('a line without a colon', (exchange) => exchange.answer(`${HEAD}no colon\r\n\r\nbody`)),
    ],
    [
      619,
      'hardening',
      'header injection',
      'A bare CR in a value makes no field',
      'No field X-Injected.',
      injected('X-Value: a\rX-Injected: 1'),
    ],
    [
      620,
      'hardening',
      'header injection',
      'A NUL in a value makes no field',
      'No field X-Injected.',
      injected('X-Value: a\0\r\n X-Injected: 1'),
    ],
    [
      621,
      'hardening',
      'long heads (CVE-2014-3583)',
      'A field of 20,000 bytes does no harm',
      next,
      borne('a field of 20,000 bytes', (exchange) =>
        exchange.answer(`${HEAD}X-Long: ${'v'.repeat(20_000)}\r\n\r\nbody`),
      ),
    ],
    [
      622,
      'hardening',
      'long heads',
      'A head of 1 MB does no harm',
      next,
      borne('a head of 1 MB', (exchange) =>
        exchange.answer(`${HEAD}${'X-Long: value\r\n'.repeat(66_000)}\r\nbody`),
      ),
    ],
    [
      623,
      'hardening',
      'long heads',
      'A head of 10,000 fields does no harm',
      next,
      borne('10,000 fields', (exchange) => exchange.answer(`${HEAD}${'X-F: v\r\n'.repeat(10_000)}\r\nbody`)),
    ],
  ],
);
