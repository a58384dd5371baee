import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FcgiRequest, RequestErrorMessage, RequestMessage } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { start } from './support/harness.ts';
import { begin, request } from './support/wire.ts';

/** Everything that is published, in order. */
function publications(): Array<{ name: string; message: RequestMessage | RequestErrorMessage }> {
  const published: Array<{ name: string; message: RequestMessage | RequestErrorMessage }> = [];
  for (const name of ['start', 'end', 'error']) {
    const channel = `fcgi:request:${name}`;
    const onMessage = (message: unknown) => {
      published.push({ name, message: message as RequestMessage });
    };
    subscribe(channel, onMessage);
    onTestFinished(() => void unsubscribe(channel, onMessage));
  }
  return published;
}

test('a request is published when it starts, when it fails and when it ends', async () => {
  const published = publications();
  const requests: FcgiRequest[] = [];
  const { connect } = await start({
    responder: async (each) => {
      requests.push(each);
      expect(published.map(({ name }) => name)).toEqual(['start']);
      throw new Error('failed');
    },
  });
  const peer = await connect();
  peer.send(request(1));
  await peer.answer(1);
  expect(published.map(({ name }) => name)).toEqual(['start', 'error', 'end']);
  expect(published.every(({ message }) => message.request === requests[0])).toBe(true);
  expect(published[1]!.message).toMatchObject({ error: expect.objectContaining({ message: 'failed' }) });
});

test('a request that succeeds, or is aborted, ends once', async () => {
  const published = publications();
  const { connect } = await start({
    responder: ({ requestId, stdout }) => {
      if (requestId === 2) return new Promise(() => {});
      stdout.end('Status: 200\r\n\r\n');
      return undefined;
    },
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }), request(2, { keepConn: true }));
  await peer.answer(1);
  peer.leave();
  await expect
    .poll(() => published.map(({ name }) => name).toSorted())
    .toEqual(['end', 'end', 'start', 'start']);
});

test('a request that is refused or never complete is not published', async () => {
  const published = publications();
  const { connect } = await start({ responder: () => {} });
  const peer = await connect();
  peer.send(request(1, { role: 3, keepConn: true }), begin(2, { keepConn: true }));
  await peer.answer(1);
  peer.leave();
  await peer.closed();
  expect(published).toEqual([]);
});
