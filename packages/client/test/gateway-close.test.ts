import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, type GatewayListenOptions } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { answer, document, startPeer } from './peer.ts';

/** A gateway, and an application that answers when the test says so. */
async function gatewayOf() {
  const peer = await startPeer();
  const gateway = createGateway({ address: peer.address });
  onTestFinished(() => gateway.close({ timeout: 1 }));
  return { gateway, peer };
}

test('an aborted signal of listen() closes the gateway, and lets requests end', async () => {
  const { gateway, peer } = await gatewayOf();
  const stop = new AbortController();
  const { url } = await gateway.listen({ port: 0, signal: stop.signal });
  const other = await gateway.listen({ port: 0 });
  const pending = fetch(url);
  const connection = await peer.accept();
  const { requestId } = await connection.request();
  stop.abort();
  connection.send(answer(requestId, document('last')));
  expect(await (await pending).text()).toBe('last');
  await gateway.close();
  for (const closed of [url, other.url]) await expect(fetch(closed)).rejects.toThrow();
});

test('a signal that is aborted before the gateway listens makes listen() fail with its reason', async () => {
  const { gateway } = await gatewayOf();
  const reason = new Error('not needed any more');
  await expect(gateway.listen({ port: 0, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const stop = new AbortController();
  const listening = gateway.listen({ port: 0, signal: stop.signal });
  stop.abort(reason);
  await expect(listening).rejects.toBe(reason);
});

test('listen() fails with the error of the system where the port is taken', async () => {
  const { gateway } = await gatewayOf();
  const taken = createServer();
  onTestFinished(() => void taken.close());
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { signal } = new AbortController();
  await expect(gateway.listen({ port, signal })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.each(['before', 'while'])(
  'an aborted signal of close() cuts off requests, aborted %s it waits',
  async (when) => {
    const { gateway, peer } = await gatewayOf();
    const { url } = await gateway.listen({ port: 0 });
    const cutOff = expect(fetch(url)).rejects.toThrow();
    await (await peer.accept()).request();
    const hurry = new AbortController();
    if (when === 'before') hurry.abort();
    const closing = gateway.close({ signal: hurry.signal, timeout: Number.POSITIVE_INFINITY });
    hurry.abort();
    await closing;
    await cutOff;
  },
);

test('what is no signal is refused', async () => {
  const { gateway } = await gatewayOf();
  const wrong = { port: 0, signal: {} } as GatewayListenOptions;
  const refused = { code: 'FCGI_OPTION_INVALID', message: /"signal" must be an AbortSignal/ };
  await expect(gateway.listen(wrong)).rejects.toMatchObject({ code: refused.code });
  await expect(gateway.listen(wrong)).rejects.toThrow(refused.message);
  await expect(gateway.close({ signal: {} as AbortSignal })).rejects.toThrow(refused.message);
});
