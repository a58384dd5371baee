import { setTimeout as delay } from 'node:timers/promises';
import { join, lengthBytes, record } from 'test-support';
import { expect, test } from 'vitest';
import { until } from '../../src/poll.ts';
import { inMebibytes, MEBIBYTE, mostInUse, tell, warmUp } from '../../src/wire/memory.ts';
import type { ProbeProcess } from '../../src/wire/probe-process.ts';
import {
  abortRequest,
  begin,
  getValues,
  ProtocolStatus,
  params,
  request,
  requestBody,
  streamEnd,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { expectToServe, withProbe } from '../../src/wire/use-probe.ts';
import type { WireConnection } from '../../src/wire/wire-connection.ts';

const FLOODS = 3;
/** What may be in use more when all is over: 1,024 aborted requests whose handlers have not returned are less. */
const LIVE_GROWTH = 4 * MEBIBYTE;

/**
 * Floods a warm probe again and again: it never has more in use than a bound, and in the end nothing is kept. What it has from
 * the kernel is no measure: how much garbage there is at a time depends on how busy the machine is.
 *
 * @param mebibytes the bound
 */
async function expectBounded(
  name: string,
  mebibytes: number,
  flood: (probe: ProbeProcess) => Promise<void>,
): Promise<void> {
  const attack = async (probe: ProbeProcess) => {
    await warmUp(probe);
    const before = await probe.liveBytes();
    const peaks: number[] = [];
    const live: number[] = [];
    for (let round = 0; round < FLOODS; round += 1) {
      peaks.push((await mostInUse(probe, () => flood(probe))) - before);
      probe.closeConnections();
      // Handlers of aborted requests hold their places until they return.
      const isServing = () =>
        expectToServe(probe).then(
          () => true,
          () => undefined,
        );
      await until(isServing, { what: 'answer after the flood' });
      live.push(await probe.liveBytes());
    }
    const figures = [peaks, live].map((list) => list.map(inMebibytes).join(', ')).join('; in use ');
    tell(name, `peaks ${figures}; ${probe.outputBytes} bytes of log`);
    expect(Math.max(...peaks)).toBeLessThan(mebibytes * MEBIBYTE);
    expect(live.at(-1)! - live[0]!).toBeLessThan(LIVE_GROWTH);
  };
  await withProbe('unix', attack, { reportsMemory: true });
}

/** Sends as long as the application takes it. */
async function sendAll(connection: WireConnection, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) {
    if (connection.hasEnded) return;
    if (!connection.sendArray(piece)) await connection.sent();
  }
}

function* times(count: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield make(index);
}

// 786,420 requests are refused one by one, and each refusal is read here.
test('BEGIN_REQUEST for every ID of four connections', { timeout: 180_000 }, async () => {
  const all = join(...times(65_535, (index) => begin(index + 1)));
  await expectBounded('4 × 65,535 BEGIN_REQUEST', 16, async (probe) => {
    const connections = await Promise.all([1, 2, 3, 4].map(() => probe.connect({ keepBodies: false })));
    for (const connection of connections) connection.send(all);
    for (const connection of connections) {
      await connection.reached(() => connection.answers.length >= 65_535 - 1_024, 'refusals');
      connection.close();
    }
  });
});

test('20,000 requests that are aborted at once', async () => {
  const one = join(request('/slow?ms=1000'), abortRequest());
  await expectBounded('20,000 rapid aborts of a slow route', 16, async (probe) => {
    const connection = await probe.connect({ keepBodies: false });
    for (let count = 0; count < 20_000; count += 100) {
      connection.send(...times(100, () => one));
      await connection.reached(() => connection.answers.length >= count + 100, 'END_REQUEST');
    }
    // Their handlers go on meanwhile, and have returned when one that begins later has.
    expect((await probe.ask('/slow?ms=1000')).text).toBe('slow');
  });
});

test('a client that comes behind 20,000 requests, all begun and aborted at once on one connection, is served', async () => {
  await withProbe('unix', async (probe) => {
    await warmUp(probe);
    const one = join(request('/slow?ms=1000'), abortRequest());
    const flood = await probe.connect({ keepBodies: false });
    flood.send(...times(20_000, () => one));
    // Answered while handlers of the flood still run, or before all of it has been read.
    expect((await probe.ask('/early')).text).toBe('early');
    await flood.reached(() => flood.answers.length >= 20_000, 'END_REQUEST for each');
    expect((await probe.ask('/early')).text).toBe('early');
  });
});

test('PARAMS without end', async () => {
  const piece = record(Type.params, 1, new Uint8Array(65_535));
  await expectBounded('256 MiB of PARAMS', 8, async (probe) => {
    const connection = await probe.connect();
    connection.send(begin());
    await sendAll(
      connection,
      times(4_096, () => piece),
    );
    expect((await connection.answer(1)).status).toBe(431);
  });
});

test('PARAMS without end in 1,024 requests at once', async () => {
  await expectBounded('1,000 KiB PARAMS × 1,024 requests', 40, async (probe) => {
    const connection = await probe.connect();
    connection.send(...times(1_024, (index) => begin(index + 1)));
    const content = new Uint8Array(64_000);
    await sendAll(
      connection,
      times(16 * 1_024, (index) => record(Type.params, (index % 1_024) + 1, content)),
    );
    const [first] = connection.answers;
    expect([first?.status, first?.protocolStatus]).toEqual([503, ProtocolStatus.overloaded]);
  });
});

test('a value of 2 GiB', async () => {
  const piece = record(Type.params, 1, new Uint8Array(65_535));
  await expectBounded('2 GiB value', 8, async (probe) => {
    const connection = await probe.connect();
    connection.send(begin(), record(Type.params, 1, join(lengthBytes(1), lengthBytes(0x7fff_ffff, 4), 'n')));
    await sendAll(
      connection,
      times(2_048, () => piece),
    );
    expect((await connection.answer(1)).status).toBe(431);
  });
});

test('millions of empty params', async () => {
  const piece = record(Type.params, 1, new Uint8Array(65_534));
  await expectBounded('16 × 32,767 empty params', 8, async (probe) => {
    const connection = await probe.connect();
    connection.send(begin());
    await sendAll(
      connection,
      times(15, () => piece),
    );
    connection.send(streamEnd(Type.params, 1), requestBody());
    expect((await connection.answer(1)).status).toBe(431);
  });
});

test('params one byte a record', async () => {
  await expectBounded('a million PARAMS records of one byte', 8, async (probe) => {
    const connection = await probe.connect();
    connection.send(begin(), params(2, []));
    const one = record(Type.params, 1, [5]);
    const block = join(...times(1_000, () => one));
    await sendAll(
      connection,
      times(1_000, () => block),
    );
    connection.send(abortRequest());
    await connection.answer(1);
  });
});

test('a body one byte a record that nobody reads', async () => {
  await expectBounded('a body of one byte a record, unread', 16, async (probe) => {
    const connection = await probe.connect();
    connection.send(begin(), params(1, usualParams('/slow?ms=2000')));
    const one = record(Type.stdin, 1, [5]);
    const block = join(...times(1_000, () => one));
    const flood = sendAll(
      connection,
      times(2_000, () => block),
    );
    await connection.answer(1);
    connection.close();
    await flood;
  });
});

test.each([
  ['GET_VALUES', getValues(['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS'])],
  ['records of an unknown type', record(200, 0, 'x'.repeat(8))],
  ['empty STDIN records of no request', record(Type.stdin, 9)],
  ['requests for an unknown role', join(begin(1, { role: 77 }), params(1, []), requestBody())],
  ['padding', record(Type.stdin, 9, '', { padding: 255 })],
])('a flood of %s while another web server is answered', async (name, one) => {
  const block = join(...times(Math.ceil(65_536 / one.length), () => one));
  await expectBounded(`flood of ${name}`, 16, async (probe) => {
    const flooding = await probe.connect({ keepBodies: false });
    // Not reading what is answered is part of the attack.
    flooding.pause();
    let running = true;
    const flood = sendAll(
      flooding,
      (function* () {
        while (running) yield block;
      })(),
    );
    const other = await probe.connect();
    for (let count = 0; count < 50; count += 1) {
      other.send(request(`/echo?${count}`));
      expect((await other.answer(1)).json['query']).toBe(String(count));
      await delay(20);
    }
    running = false;
    flooding.close();
    await flood;
  });
});
