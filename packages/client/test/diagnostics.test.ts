import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientEndMessage, ClientErrorMessage, ClientRequestMessage } from '@fcgi-js/client';
import { join, record } from 'test-support';
import { expect, onTestFinished, test } from 'vitest';
import { clientFor } from './client-for.ts';
import { answer, document, endRecord, startResponder, Type } from './peer.ts';

const params = { REQUEST_METHOD: 'GET' };

type Published =
  | { readonly name: 'end'; readonly message: ClientEndMessage }
  | { readonly name: 'error'; readonly message: ClientErrorMessage }
  | { readonly name: 'start'; readonly message: ClientRequestMessage };

/** Everything that is published, in order; `onStart` sees requests before they are sent. */
function publications(onStart: (message: ClientRequestMessage) => void = () => {}): Published[] {
  const published: Published[] = [];
  for (const name of ['start', 'end', 'error'] as const) {
    const onMessage = (message: unknown) => {
      published.push({ name, message } as Published);
      if (name === 'start') onStart(message as ClientRequestMessage);
    };
    subscribe(`fcgi:client:request:${name}`, onMessage);
    onTestFinished(() => void unsubscribe(`fcgi:client:request:${name}`, onMessage));
  }
  return published;
}

test('a tracer sees a request before it is sent, adds params to it, and sees its end', async () => {
  const published = publications((message) => message.params.push(['HTTP_TRACEPARENT', '00-1-2-01']));
  const peer = await startResponder(({ params: received, requestId }) =>
    answer(requestId, join(document(''), Buffer.from(JSON.stringify(received)))),
  );
  const response = await clientFor(peer).request({ params });
  expect(await response.json()).toEqual([
    ['REQUEST_METHOD', 'GET'],
    ['HTTP_TRACEPARENT', '00-1-2-01'],
  ]);
  const end = await response.ended;
  await expect.poll(() => published.map(({ name }) => name)).toEqual(['start', 'end']);
  expect(published[1]?.message).toMatchObject({ address: peer.address, end, response });
});

test('params of a tracer that cannot be sent fail the request, before anything is sent', async () => {
  publications((message) => message.params.push(['A=B', '']));
  const peer = await startResponder(({ requestId }) => answer(requestId, document('')));
  await expect(clientFor(peer).request({ params })).rejects.toMatchObject({
    code: 'FCGI_PARAM_NAME_INVALID',
  });
  expect(peer.connections).toHaveLength(0);
});

test('a request that fails has an error and no end', async () => {
  const published = publications();
  const peer = await startResponder(({ requestId }) => endRecord(requestId));
  await expect(clientFor(peer).request({ params })).rejects.toMatchObject({ code: 'FCGI_ANSWER_MISSING' });
  expect(published.map(({ name }) => name)).toEqual(['start', 'error']);
  expect(published[1]?.message).toMatchObject({
    error: { code: 'FCGI_ANSWER_MISSING' },
    response: undefined,
  });
});

test('so has one whose body breaks off', async () => {
  const published = publications();
  const peer = await startResponder(({ requestId }, connection) => {
    connection.send(record(Type.stdout, requestId, document('half')));
    connection.socket.end();
    return '';
  });
  const response = await clientFor(peer).request({ params });
  await expect(response.text()).rejects.toMatchObject({ code: 'FCGI_CONNECTION_CLOSED' });
  await expect.poll(() => published.map(({ name }) => name)).toEqual(['start', 'error']);
  expect(published[1]?.message).toMatchObject({ response });
});

test('what a tracer binds to the start is there while the request is sent', async () => {
  const spans = new AsyncLocalStorage<string>();
  const started = channel('fcgi:client:request:start');
  started.bindStore(spans, (message) => `span of ${(message as ClientRequestMessage).params.length} params`);
  onTestFinished(() => void started.unbindStore(spans));
  const seen: Array<string | undefined> = [];
  const peer = await startResponder(({ requestId }) => answer(requestId, document('')));
  const stdin = (async function* () {
    seen.push(spans.getStore());
    yield 'body';
  })();
  await (await clientFor(peer).request({ params, stdin })).text();
  expect(seen).toEqual(['span of 1 params']);
  expect(spans.getStore()).toBeUndefined();
});
