import { record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { until } from '../../src/poll.ts';
import { aWhile } from '../../src/wire/pause.ts';
import { type ProbeProcess, TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  abortRequest,
  begin,
  params,
  request,
  requestHead,
  streamEnd,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

let tokens = 0;

function newToken(): string {
  tokens += 1;
  return `token-${tokens}`;
}

async function stateOf(probe: ProbeProcess, token: string): Promise<unknown> {
  return (await probe.ask(`/abortinfo?token=${token}`)).json['state'];
}

async function untilState(probe: ProbeProcess, token: string, state: string): Promise<void> {
  const isThere = async () => (await stateOf(probe, token)) === state || undefined;
  await until(isThere, { what: `state ${state}` });
}

/** FastCGI 1.0, section 5.4. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  const phases: ReadonlyArray<readonly [string, (uri: string) => readonly Uint8Array[]]> = [
    ['BEGIN_REQUEST', () => [begin()]],
    ['half of PARAMS', (uri) => [begin(), params(1, usualParams(uri)).subarray(0, -8)]],
    ['PARAMS', (uri) => [requestHead(uri)]],
    ['half of STDIN', (uri) => [requestHead(uri, { contentLength: '9' }), record(Type.stdin, 1, 'half')]],
    ['STDIN', (uri) => [request(uri)]],
  ];

  test.each(phases)('ABORT_REQUEST after %s is answered once, and the ID is free', async (_name, bytes) => {
    const connection = await probe().connect();
    const token = newToken();
    connection.send(...bytes(`/abort?token=${token}&ms=10000`));
    await aWhile();
    connection.send(abortRequest());
    const answer = await connection.answer(1);
    expect(answer.stdoutLength).toBe(0);
    expect(answer.protocolStatus).toBe(0);
    expect(await stateOf(probe(), token)).not.toBe('running');
    // A second one, and what was still under way, belong to nobody.
    connection.send(abortRequest(), streamEnd(Type.params, 1), streamEnd(Type.stdin, 1));
    connection.send(request('/early'));
    expect((await connection.answer()).text).toBe('early');
    expect([connection.answers, connection.unfinished]).toEqual([[], []]);
  });

  test.each(phases)('a connection that is lost after %s aborts its request', async (_name, bytes) => {
    const connection = await probe().connect();
    const token = newToken();
    connection.send(...bytes(`/abort?token=${token}&ms=10000`));
    await connection.sent();
    await aWhile();
    const started = (await stateOf(probe(), token)) !== null;
    connection.close();
    if (started) await untilState(probe(), token, 'aborted');
    else expect(await stateOf(probe(), token)).toBe(null);
  });

  test('a FIN tells the application at once that the web server has gone', async () => {
    const connection = await probe().connect();
    const token = newToken();
    connection.send(request(`/abort?token=${token}&ms=10000`));
    await untilState(probe(), token, 'running');
    connection.finish();
    await untilState(probe(), token, 'aborted');
  });

  test('ABORT_REQUEST in mid-answer stops the answer and leaves the connection', async () => {
    const connection = await probe().connect({ keepBodies: false });
    connection.send(request('/big?n=1000000000'));
    await connection.reached(() => connection.received > 1_000_000, 'some of the answer');
    connection.send(abortRequest());
    const answer = await connection.answer(1);
    expect(answer.stdoutLength).toBeLessThan(1_000_000_000);
    connection.send(request('/early', { id: 2 }));
    expect((await connection.answer()).id).toBe(2);
  });

  test('ABORT_REQUEST of one request leaves the others on the connection alone', async () => {
    const connection = await probe().connect();
    const [first, second] = [newToken(), newToken()];
    connection.send(request(`/abort?token=${first}&ms=10000`, { id: 1 }));
    connection.send(request(`/abort?token=${second}&ms=300`, { id: 2 }), abortRequest(1));
    expect((await connection.answer()).id).toBe(1);
    expect((await connection.answer(2)).text).toBe('completed');
    expect(await stateOf(probe(), first)).toBe('aborted');
    expect(await stateOf(probe(), second)).toBe('completed');
  });

  test('without FCGI_KEEP_CONN the connection ends after an abort', async () => {
    for (const bytes of [begin(1, { keep: false }), request('/slow?ms=100', { keep: false })]) {
      const connection = await probe().connect();
      connection.send(bytes, abortRequest());
      await connection.answer(1);
      expect(await connection.end()).toBe('end');
    }
  });

  test('an upload that is aborted is no longer read, and the next one arrives whole', async () => {
    const connection = await probe().connect();
    for (let round = 0; round < 20; round += 1) {
      connection.send(requestHead('/echo', { method: 'POST', contentLength: '1000' }));
      connection.send(record(Type.stdin, 1, new Uint8Array(500)), abortRequest());
      connection.send(record(Type.stdin, 1, new Uint8Array(500)), streamEnd(Type.stdin, 1));
      expect((await connection.answer(1)).stdoutLength).toBe(0);
    }
    connection.send(request('/echo', { body: 'whole' }));
    expect((await connection.answer(1)).json).toMatchObject({ bodyLength: 5, complete: true });
  });

  test('aborts free their places: more requests are aborted than may run at once', async () => {
    const connection = await probe().connect();
    for (let round = 0; round < 3; round += 1) {
      for (let id = 1; id <= 1_000; id += 1) {
        connection.send(request(`/abort?token=many&ms=10000`, { id }), abortRequest(id));
      }
      for (let id = 1; id <= 1_000; id += 1) expect((await connection.answer(id)).protocolStatus).toBe(0);
    }
  });
});
