import { setTimeout as delay } from 'node:timers/promises';
import { fromNodeListener } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import { request } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';

test('an application that never ends its answer after the web server has gone does not hold its slot for ever', async () => {
  const { connect, server } = await start({
    responder: fromNodeListener(() => {}),
    limits: { halfClosedTimeout: 300 },
  });
  const peer = await connect();
  peer.send(request(1));
  await expect.poll(() => server.stats().activeRequests).toBe(1);
  peer.finish();
  await expect
    .poll(() => server.stats(), { timeout: 5_000 })
    .toMatchObject({ activeRequests: 0, connections: 0 });
});

test('an answer that goes on after the web server has closed its side is sent to its end', async () => {
  const { connect } = await start({
    responder: async ({ stdout }) => {
      stdout.write(HEAD);
      for (let i = 0; i < 8; i += 1) {
        await delay(100);
        stdout.write('x');
      }
    },
    limits: { halfClosedTimeout: 400 },
  });
  const peer = await connect();
  peer.send(request(1));
  peer.finish();
  expect(await peer.answer(1)).toMatchObject({ body: 'xxxxxxxx' });
});
