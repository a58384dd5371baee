import { expect, test } from 'vitest';
import {
  examine,
  expectFinding,
  HEALTHY,
  openFolder,
  type ResponderOptions,
  responder,
  SHEBANG,
  writeProgram,
} from './support/deployment.ts';

/** A program on descriptor 0 that answers in some way. */
async function answering(answer: string, others: ResponderOptions = {}): Promise<string> {
  return writeProgram(await openFolder(), responder({ answer, ...others }));
}

const SHORT = { timeout: 4_000 };

test('an application that answers well is found nothing about, and what was looked at is told', async () => {
  const program = await answering(HEALTHY);
  const { findings, looked } = await examine({ target: program });
  expect(findings).toEqual([]);
  expect(looked.join('\n')).toMatch(/started in \/ as .* with PATH\n.*status 200/);
});

test('an HTTP server on the socket that it was given', async () => {
  const program = await writeProgram(
    await openFolder(),
    `${SHEBANG}require('node:http').createServer((req, res) => res.end('hello')).listen({ fd: 0 });\n`,
  );
  await expectFinding('speaks-http', { target: program }, { evidence: 'HTTP/1.1 400', remedy: `fcgi run` });
});

test('messages that are written into the connection', async () => {
  const program = await answering(`socket.write('Debugger attached.\\n'); ${HEALTHY}`);
  await expectFinding(
    'not-fastcgi',
    { target: program },
    {
      evidence: 'begins with: Debugger attached.',
      remedy: 'console.error',
    },
  );
});

test('records of a request that nobody has sent', async () => {
  const program = await answering("socket.end(record(6, 'Status: 200\\r\\n\\r\\n', 7));");
  await expectFinding('wrong-records', { target: program }, { evidence: /7/, remedy: 'another one' });
});

test('a request that ends without an answer', async () => {
  const program = await answering("socket.end(Buffer.concat([stdout(''), end]));");
  await expectFinding('empty-answer', { target: program }, { evidence: /./, remedy: '500' });
});

test('a message for debugging before the head', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('got here\\nStatus: 200 OK\\r\\n\\r\\nhello'), stdout(''), end]));",
  );
  await expectFinding('head-invalid', { target: program }, { evidence: /line/i, remedy: 'stderr' });
});

test('a line of HTTP instead of a status', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('Status: fine\\r\\nContent-Type: text/plain\\r\\n\\r\\nhello'), stdout(''), end]));",
  );
  await expectFinding(
    'head-invalid',
    { target: program },
    { evidence: /status/i, remedy: 'response object' },
  );
});

test('a head without the empty line behind it', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('Content-Type: text/plain\\r\\n'), stdout(''), end]));",
  );
  await expectFinding('head-truncated', { target: program }, { evidence: /head/, remedy: 'empty line' });
});

test('an application that is overloaded', async () => {
  const program = await answering(
    'socket.end(Buffer.concat([stdout(""), record(3, Buffer.from([0, 0, 0, 0, 2, 0, 0, 0]))]));',
  );
  await expectFinding(
    'request-rejected',
    { target: program },
    { evidence: 'OVERLOADED', remedy: '--workers' },
  );
});

test('a program that crashes when a request comes', async () => {
  const program = await answering("throw new Error('cannot read the table');");
  await expectFinding(
    'crashes-on-request',
    { target: program },
    {
      evidence: /ended with exit status 1 over the request[\s\S]*cannot read the table/,
      remedy: 'Read what it said',
    },
  );
});

test('a request that is never answered', async () => {
  const program = await answering('/* waits for a database */');
  await expectFinding(
    'never-answers',
    { target: program, ...SHORT },
    { evidence: '4000 ms', remedy: '--timeout 120' },
  );
});

test('a head that is too large for nginx', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('Status: 200\\r\\nX-Debug: ' + 'x'.repeat(5000) + '\\r\\n\\r\\nhello'), stdout(''), end]));",
  );
  await expectFinding(
    'head-too-large',
    { target: program },
    {
      evidence: /the head has 50\d\d bytes, and 4096 are allowed/,
      remedy: 'fastcgi_buffer_size 16k',
    },
  );
});

test('an application that answers with an error of its own', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stderr('Error: no table users\\n'), stdout('Status: 500\\r\\n\\r\\n'), stdout(''), end]));",
  );
  await expectFinding(
    'server-error',
    { target: program },
    {
      evidence: /status 500\nstderr: Error: no table users/,
      remedy: 'Read what it said',
    },
  );
});

test('a Content-Length that counts letters instead of bytes', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('Status: 200\\r\\nContent-Length: 4\\r\\n\\r\\nB\u00e4r!'), stdout(''), end]));",
  );
  await expectFinding(
    'length-wrong',
    { target: program },
    {
      evidence: 'Content-Length is 4, the page has 5 bytes',
      remedy: 'Buffer.byteLength',
    },
  );
});

test('a redirect that has no status', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('Location: /login\\r\\n\\r\\n'), stdout(''), end]));",
  );
  await expectFinding(
    'location-without-status',
    { target: program },
    { evidence: 'no Status', remedy: 'Status: 302' },
  );
});

test('a connection that stays open after the answer', async () => {
  const program = await answering(HEALTHY.replace('socket.end(', 'socket.write('));
  await expectFinding(
    'keeps-connection-open',
    { target: program },
    {
      evidence: 'stays open',
      remedy: 'fastcgi_keep_conn',
    },
  );
});

test('a program that does not end when it is asked to', async () => {
  const program = await answering(HEALTHY, { before: "process.on('SIGTERM', () => {});" });
  await expectFinding(
    'ignores-sigterm',
    { target: program },
    {
      evidence: 'after SIGTERM',
      remedy: "process.once('SIGTERM'",
    },
  );
});

test('an answer that is wrong in a way which has no entry of its own', async () => {
  const program = await answering(
    "socket.end(Buffer.concat([stdout('Status: 200\\r\\n' + 'X-Many: x\\r\\n'.repeat(300) + '\\r\\n'), stdout(''), end]));",
  );
  await expectFinding(
    'request-failed',
    { target: program },
    {
      evidence: 'FCGI_HEAD_FIELDS_EXCEEDED',
      remedy: 'fcgi request',
    },
  );
});
