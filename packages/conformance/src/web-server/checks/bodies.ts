import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, skip } from '../../check.ts';
import { begin, record } from '../../wire/records.ts';
import { whenWhole } from '../scripted-application.ts';
import { PLAIN, type WebServerSession } from '../session.ts';

const { Params, Stdin } = RecordType;

function everyByte(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 11 + (index >> 8)) & 0xff));
}

/** The body arrives as it was sent. */
async function arrives(session: WebServerSession, body: Buffer): Promise<void> {
  const got = (await session.received({ body })).body;
  expectThat(got.equals(body), `${got.length} bytes arrived of ${body.length}, or other bytes.`);
}

function arrived(length: number) {
  return (session: WebServerSession) => arrives(session, everyByte(length));
}

/** Sends bytes that are no valid request; no part of the hidden request may reach the application. */
function ambiguous(fields: readonly string[], body: string) {
  return async (session: WebServerSession) => {
    session.application.reset(whenWhole((exchange) => exchange.answer(PLAIN)));
    const connection = session.connect();
    connection.send(session.request({ body, fields, isUnframed: true, method: 'POST' }));
    await connection.read();
    await connection.surplus();
    const paths = session.application.exchanges.map(
      (exchange) => exchange.values('REQUEST_URI').at(-1) ?? '',
    );
    expectThat(
      paths.every((path) => !path.includes('hidden')),
      'The request within the body was passed on.',
    );
    await session.stillServes('such a request');
  };
}

const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n';
const right = 'The same bytes.';

export const bodies = checkGroup<WebServerSession>(
  { group: 'web server: bodies', needs: 'nothing', subject: 'web-server' },
  [
    [540, 'must', 'FastCGI 1.0 §6.2', 'A body of one byte arrives', right, arrived(1)],
    [541, 'must', 'FastCGI 1.0 §6.2', 'A body of every byte value arrives', right, arrived(256)],
    [542, 'must', 'FastCGI 1.0 §3.3', 'A body of 65,535 bytes arrives', right, arrived(65_535)],
    [
      543,
      'must',
      'FastCGI 1.0 §3.3 (HAProxy 0aeae2305)',
      'A body of 65,536 bytes arrives',
      right,
      arrived(65_536),
    ],
    [
      544,
      'must',
      'FastCGI 1.0 §3.3 (HAProxy 0aeae2305)',
      'A body of 131,071 bytes arrives',
      right,
      arrived(131_071),
    ],
    [545, 'must', 'FastCGI 1.0 §6.2', 'A body of 900,000 bytes arrives', right, arrived(900_000)],
    [
      546,
      'must',
      'FastCGI 1.0 §6.2',
      'An empty body is empty',
      'STDIN without content.',
      async (session) => {
        const { body } = await session.received({ body: '' });
        expectThat(body.length === 0, `${body.length} bytes arrived.`);
      },
    ],
    [
      547,
      'hardening',
      'desynchronisation (HAProxy 0aeae2305)',
      'A body that holds records arrives as a body',
      'The same bytes, and one request.',
      async (session) => {
        const inner = Buffer.concat([begin(7), record(Params, 7), record(Stdin, 7)]);
        await arrives(session, Buffer.alloc(99_000, inner));
        const count = session.application.exchanges.length;
        expectThat(count === 1, `${count} requests reached the application.`);
      },
    ],
    [
      548,
      'must',
      'RFC 9112 §7.1',
      'A chunked body arrives without its chunks, or is refused',
      'The same bytes; or 411, 413 or 501.',
      async (session) => {
        const shape = {
          body: '4\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n',
          fields: ['Transfer-Encoding: chunked'],
          isUnframed: true,
        };
        const { status } = await session.ask(
          shape,
          whenWhole((exchange) => exchange.answer(PLAIN)),
        );
        if ([411, 413, 501].includes(status)) return;
        const got = session.application.exchanges[0]?.body.toString('latin1');
        expectThat(got === 'wikipedia', `The body is ${JSON.stringify(got)} (status ${status}).`);
      },
    ],
    [
      549,
      'must',
      'FastCGI 1.0 §6.2',
      'A body that comes slowly arrives',
      right,
      async (session) => {
        session.application.reset(whenWhole((exchange) => exchange.answer(PLAIN)));
        const connection = session.connect();
        const bytes = session.request({ body: '0123456789' });
        connection.send(bytes.subarray(0, -10));
        for (let at = 10; at > 0; at -= 1) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          connection.send(bytes.subarray(bytes.length - at, bytes.length - at + 1));
        }
        await connection.read();
        const got = session.application.exchanges[0]?.body.toString('latin1');
        expectThat(got === '0123456789', `The body is ${JSON.stringify(got)}.`);
      },
    ],
    [
      550,
      'hardening',
      'request smuggling (RFC 9112 §6.3)',
      'Two different Content-Length fields hide no request',
      'A refusal, or one request.',
      ambiguous(['Content-Length: 0', `Content-Length: ${hidden.length}`], hidden),
    ],
    [
      551,
      'hardening',
      'request smuggling (RFC 9112 §6.1)',
      'Content-Length beside Transfer-Encoding hides no request',
      'A refusal, or the body by its chunks.',
      ambiguous(
        [`Content-Length: 5`, 'Transfer-Encoding: chunked'],
        `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
      ),
    ],
    [
      552,
      'hardening',
      'request smuggling',
      'A Content-Length with a sign hides no request',
      'A refusal, or one request.',
      ambiguous([`Content-Length: +${hidden.length}`], hidden),
    ],
    [
      553,
      'hardening',
      'request smuggling',
      'A negative Content-Length does no harm',
      'A refusal.',
      async (session) => {
        session.application.reset(whenWhole((exchange) => exchange.answer(PLAIN)));
        const connection = session.connect();
        connection.send(session.request({ fields: ['Content-Length: -1'], method: 'POST' }));
        const { status } = await connection.read();
        expectThat(status >= 400 || status === 0, `The client got status ${status}.`);
        await session.stillServes('a negative Content-Length');
      },
    ],
    [
      554,
      'hardening',
      'clients that leave',
      'A client that leaves within its body does no harm',
      'The next request is served.',
      async (session) => {
        session.application.reset(whenWhole((exchange) => exchange.answer(PLAIN)));
        const connection = session.connect();
        connection.send(session.request({ body: 'b'.repeat(100_000) }).subarray(0, -50_000));
        await connection.surplus();
        connection.destroy();
        await session.stillServes('a client that left within its body');
      },
    ],
    [
      555,
      'should',
      'RFC 3875 §6.2, RFC 9110 §15.5.14',
      'An answer before the body is read reaches the client',
      'Status 413 from the application.',
      async (session) => {
        const shape = { body: Buffer.alloc(200_000, 'b') };
        const response = await session.ask(shape, (exchange) => {
          exchange.answer('Status: 413 Content Too Large\r\nContent-Type: text/plain\r\n\r\ntoo large');
        });
        if (response.status === 0)
          skip('The web server closed the connection to the client before the response could be read.');
        expectThat(response.status === 413, `The client got status ${response.status}.`);
        await session.stillServes('an early answer');
      },
    ],
  ],
);
