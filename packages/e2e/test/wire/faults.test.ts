import { setTimeout as delay } from 'node:timers/promises';
import { join, pattern, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { until } from '../../src/poll.ts';
import { growthDuring, MEBIBYTE, warmUp } from '../../src/wire/memory.ts';
import { aWhile } from '../../src/wire/pause.ts';
import { type ProbeProcess, TRANSPORTS } from '../../src/wire/probe-process.ts';
import { request, requestHead, Type } from '../../src/wire/requests.ts';
import { expectToServe, withProbe } from '../../src/wire/use-probe.ts';
import type { WireConnection } from '../../src/wire/wire-connection.ts';

/** Descriptors that a probe under this test may have; Node itself needs about twenty of them. */
const DESCRIPTORS = 64;

async function untilSockets(probe: ProbeProcess, most: number): Promise<void> {
  const areClosed = () => probe.openSockets <= most || undefined;
  await until(areClosed, { what: `at most ${most} open sockets` });
}

/** What goes wrong between the two ends of a connection. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  test('web servers that vanish in the middle of large answers leave nothing behind', async () => {
    await withProbe(transport, async (probe) => {
      await warmUp(probe);
      await aWhile();
      const sockets = probe.openSockets;
      const { growth } = await growthDuring(probe, async () => {
        for (let round = 0; round < 30; round += 1) {
          const connection = await probe.connect({ keepBodies: false });
          connection.send(request('/big?n=1000000000'), request('/big?n=1000000000', { id: 2 }));
          await connection.reached(() => connection.received > 500_000, 'half a megabyte');
          if (transport === 'tcp' && round % 2 === 0) connection.reset();
          else connection.close();
        }
      });
      await untilSockets(probe, sockets);
      expect(growth).toBeLessThan(32 * MEBIBYTE);
    });
  });

  test('web servers that vanish in the middle of uploads leave nothing behind', async () => {
    await withProbe(transport, async (probe) => {
      await aWhile();
      const sockets = probe.openSockets;
      for (const uri of ['/echo', '/cat', '/partial?n=1000000', '/slow?ms=10']) {
        for (let round = 0; round < 10; round += 1) {
          const connection = await probe.connect();
          connection.send(requestHead(uri, { method: 'POST', contentLength: '10000000' }));
          connection.send(record(Type.stdin, 1, pattern(65_000)));
          await connection.sent();
          if (transport === 'tcp' && round % 2 === 0) connection.reset();
          else connection.close();
        }
      }
      await untilSockets(probe, sockets);
    });
  });

  test('an answer arrives whole though the web server reads by fits and starts', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/big?n=20000000'), request('/early', { id: 2 }));
      let running = true;
      const stutter = async () => {
        while (running) {
          connection.pause();
          await delay(5);
          connection.resume();
          await delay(1);
        }
      };
      const stuttering = stutter();
      const { body } = await connection.answer(1);
      running = false;
      await stuttering;
      expect(body.equals(Buffer.alloc(20_000_000, 'abcdefghijklmnopqrstuvwxyz'))).toBe(true);
      expect((await connection.answer(2)).text).toBe('early');
    });
  });

  test('a process out of descriptors serves the connections it has, and accepts again by itself', async () => {
    await withProbe(
      transport,
      async (probe) => {
        const served: WireConnection[] = [];
        for (let count = 0; count < 5; count += 1) {
          const connection = await probe.connect();
          connection.send(request('/early'));
          await connection.answer(1);
          served.push(connection);
        }
        const others = await Promise.allSettled(
          Array.from({ length: 2 * DESCRIPTORS }, () => probe.connect()),
        );
        await aWhile();
        expect(probe.openSockets).toBeLessThan(DESCRIPTORS);
        for (const connection of served) {
          connection.send(request('/echo?still'));
          expect((await connection.answer(1)).json['query']).toBe('still');
        }
        for (const other of others) if (other.status === 'fulfilled') probe.forget(other.value);
        await until(
          () =>
            expectToServe(probe).then(
              () => true,
              () => undefined,
            ),
          { what: 'new connection' },
        );
        for (const connection of served) {
          connection.send(request('/early'));
          expect((await connection.answer(1)).text).toBe('early');
        }
      },
      { launcher: ['/bin/sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh'] },
    );
  });

  test('records that are cut anywhere by a full socket are continued there', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.pause();
      const ids = Array.from({ length: 50 }, (_, index) => index + 1);
      connection.send(join(...ids.map((id) => request(`/big?n=${30_000 + id}`, { id }))));
      connection.send(join(...ids.map((id) => request(`/cat`, { id: 100 + id, body: pattern(10_000) }))));
      await aWhile();
      connection.resume();
      for (const id of ids) {
        expect((await connection.answer(id)).body.length).toBe(30_000 + id);
        expect(new Uint8Array((await connection.answer(100 + id)).body)).toEqual(pattern(10_000));
      }
    });
  });
});
