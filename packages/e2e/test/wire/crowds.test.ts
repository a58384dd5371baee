import { setTimeout as delay } from 'node:timers/promises';
import { join, record } from 'test-support';
import { expect, test } from 'vitest';
import { growthDuring, inMebibytes, MEBIBYTE, tell, warmUp } from '../../src/wire/memory.ts';
import type { ProbeProcess } from '../../src/wire/probe-process.ts';
import { begin, request, requestHead, Type, usualParams } from '../../src/wire/requests.ts';
import { withProbe } from '../../src/wire/use-probe.ts';
import type { WireConnection } from '../../src/wire/wire-connection.ts';

const CROWD = 1_000;

/** Opens many connections, a few at a time: the backlog of a listening socket has an end. */
async function crowd(probe: ProbeProcess, size = CROWD): Promise<WireConnection[]> {
  const connections: WireConnection[] = [];
  while (connections.length < size) {
    const batch = Math.min(100, size - connections.length);
    const opened = await Promise.all(Array.from({ length: batch }, () => probe.connect()));
    connections.push(...opened);
    // Connections are accepted in order: once this one is answered, all before it have been.
    await probe.ask('/early');
  }
  return connections;
}

async function growthOf(name: string, action: (probe: ProbeProcess) => Promise<void>): Promise<number> {
  let measured = 0;
  await withProbe('unix', async (probe) => {
    await warmUp(probe);
    const { growth } = await growthDuring(probe, () => action(probe));
    measured = growth;
    tell(name, inMebibytes(growth));
  });
  return measured;
}

test('4,000 idle connections take 10 KiB each and leave the others their answers', async () => {
  const growth = await growthOf('4,000 idle connections', async (probe) => {
    await crowd(probe, 4_000);
    for (let count = 0; count < 20; count += 1) expect((await probe.ask('/early')).text).toBe('early');
  });
  expect(growth).toBeLessThan(4_000 * 10_240);
});

test('1,000 kept connections serve a request each, again and again', async () => {
  await withProbe('unix', async (probe) => {
    const connections = await crowd(probe);
    for (const round of ['one', 'two']) {
      for (const connection of connections) connection.send(request(`/early?${round}`));
      for (const connection of connections) expect((await connection.answer(1)).status).toBe(200);
    }
    expect(probe.openSockets).toBeGreaterThan(CROWD);
  });
});

test('1,000 answers that nobody reads take less than 300 MiB', async () => {
  const growth = await growthOf('1,000 unread answers of 1 GB', async (probe) => {
    const connections = await crowd(probe);
    for (const connection of connections) {
      connection.pause();
      connection.send(request('/big?n=1000000000'));
    }
    await probe.idle();
    expect((await probe.ask('/early')).text).toBe('early');
  });
  expect(growth).toBeLessThan(300 * MEBIBYTE);
});

test('1,000 bodies that nobody reads take less than 300 MiB', async () => {
  const piece = record(Type.stdin, 1, new Uint8Array(65_528));
  const growth = await growthOf('1,000 unread bodies', async (probe) => {
    const connections = await crowd(probe);
    for (const connection of connections) {
      connection.send(requestHead('/slow?ms=6000', { method: 'POST', contentLength: '1000000000' }));
      for (let sent = 0; sent < 16; sent += 1) connection.sendArray(piece);
    }
    await probe.idle();
    expect((await probe.ask('/early')).text).toBe('early');
  });
  expect(growth).toBeLessThan(300 * MEBIBYTE);
});

test('1,000 requests on one connection whose bodies nobody reads take less than 16 MiB', async () => {
  const growth = await growthOf('1,000 unread bodies on one connection', async (probe) => {
    const connection = await probe.connect();
    const content = new Uint8Array(16_384);
    for (let id = 1; id <= CROWD; id += 1) {
      connection.send(requestHead('/slow?ms=6000', { id, method: 'POST', contentLength: '1000000' }));
    }
    for (let id = 1; id <= CROWD; id += 1) connection.send(record(Type.stdin, id, content));
    await probe.idle();
    expect(connection.unsent).toBeGreaterThan(MEBIBYTE);
  });
  expect(growth).toBeLessThan(16 * MEBIBYTE);
});

test('1,000 web servers that send a byte now and then are dropped, and others served meanwhile', async () => {
  await withProbe(
    'unix',
    async (probe) => {
      const connections = await crowd(probe);
      const bytes = join(begin(), record(Type.params, 1, new Uint8Array(2_000)), usualParams('/')[0]![0]);
      let sent = 0;
      while (connections.some((connection) => !connection.hasEnded)) {
        for (const connection of connections) {
          if (!connection.hasEnded) connection.sendArray(bytes.subarray(sent, sent + 1));
        }
        sent += 1;
        expect((await probe.ask('/early')).text).toBe('early');
        expect(sent).toBeLessThan(bytes.length);
        await delay(50);
      }
      expect(probe.openSockets).toBeLessThan(50);
    },
    { environment: { PROBE_INCOMPLETE_TIMEOUT: '2' } },
  );
});
