import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type FcgiRequest,
  type FcgiRequestHandler,
  fromFetchHandler,
  fromNodeListener,
  type RequestEndMessage,
  type RequestErrorMessage,
  type RequestMessage,
} from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { start } from './support/harness.ts';
import { abort, begin, request } from './support/wire.ts';

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

test('what a tracer binds to the start of a request is there in all that its handler does, and nowhere else', async () => {
  const spans = new AsyncLocalStorage<string>();
  const started = channel('fcgi:request:start');
  started.bindStore(spans, (message) => `span ${(message as RequestMessage).request.requestId}`);
  onTestFinished(() => void started.unbindStore(spans));
  const seen: Array<string | undefined> = [];
  const { connect } = await start({
    responder: fromNodeListener(async (req, res) => {
      seen.push(spans.getStore());
      await nextTurn();
      req.on('end', () => {
        seen.push(spans.getStore());
        res.end();
      });
      req.resume();
    }),
  });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }), request(2));
  await peer.answer(2);
  expect(seen.toSorted()).toEqual(['span 1', 'span 1', 'span 2', 'span 2']);
  expect(spans.getStore()).toBeUndefined();
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

/** How the next request of each responder ends, as its subscribers are told. */
async function endOf(responder: FcgiRequestHandler, options: { mount?: string } = {}) {
  const published = publications();
  const { connect } = await start({ responder, ...options });
  const peer = await connect();
  return {
    peer,
    end: async () => {
      await expect.poll(() => published.at(-1)?.name).toBe('end');
      return published.at(-1)!.message as RequestEndMessage;
    },
  };
}

test.each<[string, FcgiRequestHandler]>([
  ['a listener', fromNodeListener((_req, res) => res.writeHead(201, { 'X-A': 'b' }).end('körper'))],
  [
    'a listener that streams',
    fromNodeListener((_req, res) => {
      res.writeHead(201, { 'X-A': 'b' });
      res.write('kör');
      setImmediate(() => res.end(Buffer.from('per')));
    }),
  ],
  [
    'a fetch function',
    fromFetchHandler(() => new Response('körper', { status: 201, headers: { 'X-A': 'b' } })),
  ],
  ['a handler', ({ stdout }) => void stdout.end('X-A: b\nStatus: 201\n\nkörper')],
])('its end tells the status, head and length of what %s answers', async (_title, responder) => {
  const { end, peer } = await endOf(responder);
  peer.send(request(1));
  await peer.answer(1);
  const { outcome, response } = await end();
  expect(outcome).toBe('complete');
  expect(response).toMatchObject({ bodyBytes: 7, status: 201 });
  expect(response!.head).toMatch(/^x-a: b\r?\n/im);
  expect(response!.head).toMatch(/\n\r?\n$/);
  expect(response!.duration).toBeGreaterThanOrEqual(0);
});

test.each([
  ['Content-Type: text/plain\n\n', 200],
  ['Location: https://example.org/\n\n', 302],
])('a head without Status has the status that web servers take from it', async (head, status) => {
  const { end, peer } = await endOf(({ stdout }) => void stdout.end(head));
  peer.send(request(1));
  await peer.answer(1);
  expect((await end()).response).toMatchObject({ bodyBytes: 0, status });
});

test('what was withdrawn is not counted: a handler that fails in time was answered 500', async () => {
  const { end, peer } = await endOf(({ stdout }) => {
    stdout.write('Status: 200\r\n\r\nmuch text');
    throw new Error('failed');
  });
  peer.send(request(1));
  await peer.answer(1);
  expect(await end()).toMatchObject({ outcome: 'complete', response: { bodyBytes: 26, status: 500 } });
});

test('a request outside the prefix ends with the 404 of the server', async () => {
  const { end, peer } = await endOf(() => {}, { mount: '/app' });
  peer.send(request(1));
  await peer.answer(1);
  expect(await end()).toMatchObject({ outcome: 'complete', response: { status: 404 } });
});

test('a request that is aborted before it is answered has no status', async () => {
  const { end, peer } = await endOf(() => new Promise(() => {}));
  peer.send(request(1), abort(1));
  const { outcome, response } = await end();
  expect(outcome).toBe('aborted');
  expect(response).toMatchObject({ bodyBytes: 0, head: '', status: undefined });
});

test('a request whose connection is lost in the middle of its answer was aborted', async () => {
  const { end, peer } = await endOf(({ stdout }) => {
    stdout.write('Status: 200\r\n\r\nbegun');
    return new Promise(() => {});
  });
  peer.send(request(1));
  await expect.poll(() => peer.receivedBytes).toBeGreaterThan(0);
  peer.leave();
  expect(await end()).toMatchObject({ outcome: 'aborted', response: { bodyBytes: 5, status: 200 } });
});

test.each([
  ['alone on its connection', [request(1)]],
  ['beside another', [request(2, { keepConn: true }), request(1, { keepConn: true })]],
])('a request that fails in the middle of its answer, %s, was broken off', async (_title, requests) => {
  const { end, peer } = await endOf(async ({ requestId, stdout }) => {
    if (requestId === 2) return new Promise(() => {});
    stdout.write('Status: 200\r\n\r\nbegun');
    await new Promise((resolve) => setTimeout(resolve, 5));
    throw new Error('failed');
  });
  peer.send(...requests);
  expect(await end()).toMatchObject({ outcome: 'broken-off', response: { bodyBytes: 5, status: 200 } });
});

test('a request that began before anybody listened ends without figures', async () => {
  let finish = () => {};
  const { connect, server } = await start({
    responder: async ({ stdout }) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      stdout.end('Status: 200\r\n\r\n');
    },
  });
  const peer = await connect();
  peer.send(request(1));
  await expect.poll(() => server.stats().activeRequests).toBe(1);
  const published = publications();
  finish();
  await peer.answer(1);
  expect(published.map(({ message }) => Object.keys(message).toSorted())).toEqual([['outcome', 'request']]);
});
