import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { reservePort } from '../../src/free-port.ts';
import { until } from '../../src/poll.ts';
import { aWhile } from '../../src/wire/pause.ts';
import { ProbeProcess, socketPath, TRANSPORTS, type Transport } from '../../src/wire/probe-process.ts';
import { begin, request, requestBody, requestHead } from '../../src/wire/requests.ts';
import { expectToServe, withProbe } from '../../src/wire/use-probe.ts';
import { WireConnection } from '../../src/wire/wire-connection.ts';

/** Connections at once, each with several requests. */
const BUSY = 200;

/** Starts the probe with a listening socket on descriptor 0, as a web server does (section 2.2). */
async function inherit(
  transport: Transport,
  use: (probe: ProbeProcess) => Promise<void>,
  { environment = {}, shell = '' }: { environment?: Record<string, string>; shell?: string } = {},
): Promise<void> {
  const path = socketPath();
  const { port, release } = await reservePort();
  const socket = transport === 'unix' ? ['-s', path] : ['-a', '127.0.0.1', '-p', String(port)];
  const inner = shell === '' ? [] : ['/bin/sh', '-c', `exec "$@" ${shell}`, 'sh'];
  const probe = ProbeProcess.launch({
    environment: { ...environment, PROBE_LISTEN: 'fd0' },
    launcher: ['spawn-fcgi', '-n', ...socket, '--', ...inner],
  });
  probe.listensOn(transport === 'unix' ? { path } : { host: '127.0.0.1', port });
  await until(
    () =>
      WireConnection.open(probe.target).then(
        (connection) => connection.close() ?? true,
        () => undefined,
      ),
    {
      what: 'listening socket',
    },
  );
  try {
    await use(probe);
  } finally {
    await probe.stop();
    release();
    await rm(path, { force: true });
  }
}

/** FastCGI 1.0, sections 2, 3.2 and 7. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  test('the listening socket may be descriptor 0', async () => {
    await inherit(transport, expectToServe);
  });

  test.each(['>&-', '2>&-', '>&- 2>&-'])(
    'output and error output may be closed at the start (%s)',
    async (shell) => {
      await inherit(
        transport,
        async (probe) => {
          expect((await probe.ask('/throw')).status).toBe(500);
          await expectToServe(probe);
        },
        { shell },
      );
    },
  );

  test('an output whose reader has gone ends nothing', async () => {
    await withProbe(transport, async (probe) => {
      probe.hangUp();
      for (let count = 0; count < 5; count += 1) {
        expect((await probe.ask('/throw')).status).toBe(500);
        await aWhile();
      }
    });
  });

  test('SIGTERM lets requests end that have begun, then the process ends with 0', async () => {
    const probe = await ProbeProcess.start(transport);
    const busy = await probe.connect();
    busy.send(request('/slow?ms=500'));
    const idle = await probe.connect();
    idle.send(request('/early'));
    await idle.answer(1);
    probe.signal('SIGTERM');
    expect(await idle.end()).toBe('end');
    // Web servers send it more than once.
    probe.signal('SIGTERM');
    expect((await busy.answer(1)).text).toBe('slow');
    expect(await busy.end()).toBe('end');
    // As every web server does; otherwise the process lingers for a while.
    probe.closeConnections();
    expect(await probe.exited()).toBe('exit status 0');
  });

  test('after SIGTERM nobody new is served', async () => {
    const probe = await ProbeProcess.start(transport);
    const busy = await probe.connect();
    busy.send(request('/slow?ms=1000'));
    await aWhile();
    probe.signal('SIGTERM');
    await until(
      () =>
        WireConnection.open(probe.target).then(
          (connection) => connection.close(),
          () => true,
        ),
      { what: 'refused connection' },
    );
    expect((await busy.answer(1)).text).toBe('slow');
    // As every web server does; otherwise the process lingers for a while.
    probe.closeConnections();
    expect(await probe.exited()).toBe('exit status 0');
  });

  test('SIGTERM ends a process without connections at once', async () => {
    const probe = await ProbeProcess.start(transport);
    await probe.stop();
    expect(probe.exit).toBe('exit status 0');
  });

  test('uploads and streamed answers that have begun are finished after SIGTERM', async () => {
    const probe = await ProbeProcess.start(transport);
    const upload = await probe.connect();
    upload.send(requestHead('/echo', { method: 'POST', contentLength: '4' }));
    const download = await probe.connect();
    download.pause();
    download.send(request('/big?n=20000000'));
    await aWhile();
    probe.signal('SIGTERM');
    await aWhile();
    download.resume();
    upload.send([1, 5, 0, 1, 0, 4, 0, 0], 'body', [1, 5, 0, 1, 0, 0, 0, 0]);
    expect((await upload.answer(1)).json).toMatchObject({ bodyLength: 4, complete: true });
    expect((await download.answer(1)).body.length).toBe(20_000_000);
    // As every web server does; otherwise the process lingers for a while.
    probe.closeConnections();
    expect(await probe.exited()).toBe('exit status 0');
  });

  test('SIGTERM under load loses no request that has begun', async () => {
    const probe = await ProbeProcess.start(transport);
    const connections = await Promise.all(Array.from({ length: BUSY }, () => probe.connect()));
    for (const connection of connections) {
      connection.send(request('/slow?ms=400', { id: 1 }), request('/big?n=300000', { id: 2 }));
      connection.send(requestHead('/echo', { id: 3, method: 'POST', contentLength: '4' }));
    }
    for (const connection of connections) await connection.answer(2);
    probe.signal('SIGTERM');
    for (const connection of connections) connection.send(requestBody('body', 3));
    for (const connection of connections) {
      expect((await connection.answer(3)).json).toMatchObject({ bodyLength: 4, complete: true });
      expect((await connection.answer(1)).text).toBe('slow');
      expect(await connection.end()).toBe('end');
    }
    probe.closeConnections();
    expect(await probe.exited()).toBe('exit status 0');
  });

  test('a request that is not complete is told 408 after the time that was set', async () => {
    await withProbe(
      transport,
      async (probe) => {
        const connection = await probe.connect();
        connection.send(begin());
        const answer = await connection.answer(1);
        expect([answer.status, answer.protocolStatus]).toEqual([408, 0]);
        connection.send(begin().subarray(0, 4));
        expect(await connection.end()).toBe('end');
      },
      { environment: { PROBE_INCOMPLETE_TIMEOUT: '0.5' } },
    );
  });
});

test('web servers are turned away that FCGI_WEB_SERVER_ADDRS does not name', async () => {
  await inherit(
    'tcp',
    async (probe) => {
      const stranger = await probe.connect();
      stranger.send(request('/early'));
      await stranger.end();
      expect(stranger.received).toBe(0);
      const known = await probe.connect({ localAddress: '127.0.0.2' });
      known.send(request('/early'));
      expect((await known.answer(1)).text).toBe('early');
    },
    { environment: { FCGI_WEB_SERVER_ADDRS: '127.0.0.3, 127.0.0.2' } },
  );
});

test('with FCGI_WEB_SERVER_ADDRS nobody is served over a Unix socket', async () => {
  await inherit(
    'unix',
    async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/early'));
      await connection.end();
      expect(connection.received).toBe(0);
    },
    { environment: { FCGI_WEB_SERVER_ADDRS: '127.0.0.1' } },
  );
});

test.each([
  ['no address', {}, 'PROBE_LISTEN'],
  [
    'FCGI_WEB_SERVER_ADDRS that is none',
    { PROBE_LISTEN: 'fd0', FCGI_WEB_SERVER_ADDRS: 'localhost' },
    'localhost',
  ],
  ['descriptor 0 that is no socket', { PROBE_LISTEN: 'fd0' }, 'not a listening socket'],
  ['a path that is too long', { PROBE_LISTEN: `unix:/tmp/${'long'.repeat(40)}` }, '107'],
  ['a folder that is not there', { PROBE_LISTEN: 'unix:/nowhere/at/all.sock' }, '/nowhere/at'],
  ['every address of the machine', { PROBE_LISTEN: 'tcp:0.0.0.0:0' }, 'allow'],
])('a start with %s fails with a message that says so', async (_name, environment, message) => {
  const probe = ProbeProcess.launch({ environment });
  expect(await probe.exited()).toBe('exit status 1');
  await until(() => probe.output.includes(message) || undefined, { what: `message with ${message}` });
});

test('a socket that a dead process left is replaced, and one of a living process is not', async () => {
  const path = socketPath();
  const environment = { PROBE_LISTEN: `unix:${path}` };
  const first = ProbeProcess.launch({ environment });
  first.listensOn({ path });
  const isOpen = () =>
    WireConnection.open({ path }).then(
      (connection) => connection.close() ?? true,
      () => undefined,
    );
  await until(isOpen, { what: 'socket' });
  const second = ProbeProcess.launch({ environment });
  expect(await second.exited()).toBe('exit status 1');
  expect(second.output).toContain('Another process listens');
  await expectToServe(first);
  first.signal('SIGKILL');
  await first.exited();
  const third = ProbeProcess.launch({ environment });
  third.listensOn({ path });
  await until(isOpen, { what: 'socket' });
  await expectToServe(third);
  await third.stop();
});

test('a file that is no socket is not replaced', async () => {
  const path = socketPath();
  writeFileSync(path, 'precious');
  const probe = ProbeProcess.launch({ environment: { PROBE_LISTEN: `unix:${path}` } });
  expect(await probe.exited()).toBe('exit status 1');
  expect(probe.output).toContain('not a socket');
  await rm(path);
});
