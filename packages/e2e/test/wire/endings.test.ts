import { describe, expect, test } from 'vitest';
import { aWhile } from '../../src/wire/pause.ts';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import { ProtocolStatus, request } from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

/** FastCGI 1.0, section 5.5, and what becomes of handlers that fail. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test.each([0, 1, 127, 255, 256, 938, 65_536, 2_147_483_648, 4_294_967_295])(
    'what the application returns is appStatus: %i',
    async (code) => {
      const answer = await probe().ask(`/exit?code=${code}`);
      expect([answer.appStatus, answer.protocolStatus, answer.text]).toEqual([code, 0, 'exit']);
    },
  );

  test.each(['-1', '4294967296', '1.5', 'NaN'])('%s is no appStatus: 500', async (code) => {
    const answer = await probe().ask(`/exit?code=${code}`);
    expect([answer.status, answer.appStatus]).toEqual([500, 1]);
    expect(answer.text).not.toContain('exit');
  });

  test.each([
    ['/early', 0],
    ['/nothing', 1],
    ['/throw?when=before', 1],
    ['/throw?when=async', 1],
    ['/setheader?name=bad%20name&value=v', 1],
  ])('%s ends with appStatus %i and FCGI_REQUEST_COMPLETE', async (uri, appStatus) => {
    const answer = await probe().ask(uri);
    expect([answer.appStatus, answer.protocolStatus]).toEqual([appStatus, ProtocolStatus.complete]);
  });

  test('nothing of how a request ended is left for the next one on its connection', async () => {
    const connection = await probe().connect();
    const failures = ['/exit?code=3', '/throw', '/nothing', '/status?code=503', '/stderr?n=2'];
    for (const uri of failures) {
      connection.send(request(uri));
      await connection.answer(1);
      connection.send(request('/early'));
      const answer = await connection.answer(1);
      expect([answer.status, answer.appStatus, answer.records]).toEqual([200, 0, '6 6e 3']);
    }
  });

  test('an answer that breaks off is never taken for a whole one', async () => {
    const connection = await probe().connect();
    connection.send(request('/throw?when=mid'));
    // Eight zero bytes before the end are no record of FastCGI, which is what makes web servers notice.
    await connection.end();
    expect(connection.answers).toEqual([]);
    expect(String(connection.error)).toContain('version 0');
  });

  test('an answer that breaks off leaves the others on its connection whole', async () => {
    const connection = await probe().connect();
    connection.send(request('/slow?ms=200', { id: 1 }), request('/throw?when=mid', { id: 2 }));
    const broken = await connection.answer(2);
    expect(broken.appStatus).toBe(1);
    expect((await connection.answer(1)).text).toBe('slow');
  });

  test('what handlers throw reaches the error log and nobody else', async () => {
    for (const uri of ['/throw?when=before', '/throw?when=async', '/throw?when=mid']) {
      const connection = await probe().connect();
      connection.send(request('/slow?ms=50', { id: 1 }), request(uri, { id: 2 }));
      const answer = await connection.answer(2);
      expect(answer.stdout.toString('latin1')).not.toMatch(/secret|\bat \w|\.js|\.ts/);
      expect(answer.stderr).toContain('probe-secret');
    }
  });

  test('a thousand handlers that throw end nothing but their requests', async () => {
    const connection = await probe().connect();
    for (let id = 1; id <= 1_000; id += 1) {
      connection.send(request(`/throw?when=${id % 2 === 0 ? 'async' : 'before'}`, { id }));
    }
    for (let id = 1; id <= 1_000; id += 1) expect((await connection.answer(id)).status).toBe(500);
    await aWhile();
    expect(connection.hasEnded).toBe(false);
  });
});
