import { createGateway, FcgiClient, type FcgiClientOptions, isFcgiError } from '@fcgi-js/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { answer, document, endRecord, startPeer, startResponder } from './peer.ts';

type Package = typeof import('@fcgi-js/client');

/** The package as a second copy of it on the same machine would be, with a protocol of its own. */
async function anotherCopy(): Promise<Package> {
  vi.resetModules();
  const copy: Package = await import('@fcgi-js/client');
  expect(copy.FcgiClient).not.toBe(FcgiClient);
  return copy;
}

/** The status and the explanation of a gateway in front of a client of another copy. */
async function through(options: { address: string; limits?: FcgiClientOptions['limits'] }) {
  const copy = await anotherCopy();
  const client = new copy.FcgiClient(options);
  const gateway = createGateway({ client, explain: true });
  onTestFinished(() => client.close({ timeout: 1 }));
  const response = await gateway.fetch(new Request('http://x/'));
  return { status: response.status, text: await response.text() };
}

test('a gateway answers for the failures of a client of another copy as for those of its own', async () => {
  const nowhere = await through({ address: 'unix:/nonexistent/app.sock' });
  expect(nowhere).toEqual({ status: 502, text: expect.stringContaining('There is no such socket') });
  const silent = await startPeer();
  const late = await through({ address: silent.address, limits: { firstByteTimeout: 10 } });
  expect(late).toEqual({ status: 504, text: expect.stringContaining('FCGI_FIRST_BYTE_TIMEOUT') });
  const overloaded = await startResponder(({ requestId }) => endRecord(requestId, 0, 2));
  expect((await through({ address: overloaded.address })).status).toBe(503);
  const wrong = await startResponder(() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await through({ address: wrong.address })).toEqual({
    status: 502,
    text: expect.stringContaining('FCGI_VERSION_UNSUPPORTED'),
  });
});

test('a gateway goes on to the next client where one of another copy reaches no application', async () => {
  const peer = await startResponder(({ requestId }) => answer(requestId, document('reached')));
  const copy = await anotherCopy();
  const clients = ['unix:/nonexistent/app.sock', peer.address].map(
    (address) => new copy.FcgiClient({ address }),
  );
  onTestFinished(async () => {
    for (const client of clients) await client.close({ timeout: 1 });
  });
  const gateway = createGateway({ client: clients });
  for (let i = 0; i < 2; i += 1) {
    expect(await (await gateway.fetch(new Request('http://x/'))).text()).toBe('reached');
  }
});

test('errors of another copy are known by isFcgiError(), by code and by name', async () => {
  const copy = await anotherCopy();
  const client = new copy.FcgiClient({ address: 'unix:/nonexistent/app.sock' });
  const error: unknown = await client.request({ params: {} }).catch((reason: unknown) => reason);
  expect(isFcgiError(error)).toBe(true);
  expect(error).toMatchObject({
    address: 'unix:/nonexistent/app.sock',
    code: 'FCGI_CONNECT_FAILED',
    name: 'FcgiConnectError',
    side: 'network',
  });
  const made = [
    new copy.RemoteProtocolError('FCGI_RECORD_TRUNCATED', 'connection', ''),
    new copy.LocalProtocolError('FCGI_ARGUMENT_INVALID', ''),
    new copy.FcgiOptionError(''),
    new copy.FcgiClientError('FCGI_QUEUE_FULL', ''),
    new copy.FcgiTimeoutError('connect', 1),
  ];
  expect(made.every(isFcgiError)).toBe(true);
  expect(made.map(({ name }) => name)).toEqual([
    'RemoteProtocolError',
    'LocalProtocolError',
    'FcgiOptionError',
    'FcgiClientError',
    'FcgiTimeoutError',
  ]);
});
