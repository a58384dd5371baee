import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGateway, FcgiClient } from '@fcgi-js/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Backends } from '../src/gateway/backends.ts';
import { gatewayFor } from './gateway-for.ts';
import { exchange } from './http-client.ts';
import { answer, document, type Peer, startPeer, startResponder } from './peer.ts';

/** An application that says who it is. */
const named = (name: string): Promise<Peer> =>
  startResponder(({ requestId }) => answer(requestId, document(name)));

/** The address of a socket at which nobody listens. */
async function nobody(): Promise<string> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${address.port}`;
}

async function gatewayTo(addresses: readonly string[], options = {}): Promise<string> {
  const gateway = createGateway({ address: addresses, ...options });
  onTestFinished(() => gateway.close({ timeout: 1 }));
  return (await gateway.listen({ port: 0 })).url;
}

/** The application's answer, without the framing of HTTP. */
async function ask(url: string, start = 'GET / HTTP/1.1\r\n', body = ''): Promise<string> {
  const { body: got, status } = await exchange(url, start, body);
  return status === 200 ? (/[a-z]{3,}/.exec(got)?.[0] ?? '') : `${status}`;
}

test('several applications are asked in turn', async () => {
  const peers = [await named('one'), await named('two'), await named('three')];
  const url = await gatewayTo(peers.map(({ address }) => address));
  const answers: string[] = [];
  for (let i = 0; i < 6; i += 1) answers.push(await ask(url));
  expect(answers).toEqual(['one', 'two', 'three', 'one', 'two', 'three']);
});

test('the one with the fewest requests is asked where that is wanted', async () => {
  const busy = await startPeer();
  const free = await named('free');
  const url = await gatewayTo([busy.address, free.address], { balance: 'least-requests' });
  const stuck = exchange(url, 'GET / HTTP/1.1\r\n');
  const connection = await busy.accept();
  const { requestId } = await connection.request();
  for (let i = 0; i < 3; i += 1) expect(await ask(url)).toBe('free');
  connection.send(answer(requestId, document('busy')));
  expect((await stuck).body).toContain('busy');
});

test('one that cannot be reached is left out for a while, and its requests go to the others, bodies included', async () => {
  const gone = await nobody();
  const peer = await startResponder(({ requestId, stdin }) =>
    answer(requestId, document(`there ${stdin.toString()}`)),
  );
  const tried: string[] = [];
  const clients = [new FcgiClient({ address: gone }), new FcgiClient({ address: peer.address })];
  onTestFinished(async () => {
    for (const client of clients) await client.close({ timeout: 1 });
  });
  const backends = new Backends(clients, 'round-robin', 10_000);
  const post = async () => {
    async function* stdin() {
      yield 'body';
    }
    const params = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '4' };
    const { body } = await backends.request({ params, stdin: stdin() }, ({ address }) => tried.push(address));
    let all = '';
    for await (const chunk of body) all += String(chunk);
    return all;
  };
  for (let i = 0; i < 4; i += 1) expect(await post()).toBe('there body');
  const there = clients[1]!.address;
  expect(tried).toEqual([`tcp:${gone}`, there, there, there, there]);
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 10_001);
  onTestFinished(() => clock.mockRestore());
  tried.length = 0;
  for (let i = 0; i < 2; i += 1) await post();
  expect(tried).toContain(`tcp:${gone}`);
});

test('where none can be reached all are tried, and the answer is 502', async () => {
  const url = await gatewayTo([await nobody(), await nobody()], { explain: true });
  const got = await exchange(url, 'GET / HTTP/1.1\r\n');
  expect(got).toMatchObject({ status: 502, body: expect.stringContaining('ECONNREFUSED') });
  // They are left out now, but there is nobody else.
  expect((await exchange(url, 'GET / HTTP/1.1\r\n')).body).toContain('ECONNREFUSED');
});

test('one that comes back is asked again', async () => {
  const gone = await nobody();
  const peer = await named('other');
  const url = await gatewayTo([gone, peer.address], { limits: { unreachableTimeout: 50 } });
  for (let i = 0; i < 3; i += 1) expect(await ask(url)).toBe('other');
  const back = await startPeer();
  await back.close();
  const port = Number(gone.split(':')[1]);
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(answer(1, document('back'))));
    socket.on('error', () => {});
  }).listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await sleep(60);
  const answers = [await ask(url), await ask(url)];
  expect(answers.toSorted()).toEqual(['back', 'other']);
});

test('nor does one that was under way when the client of its application was closed', async () => {
  const silent = await startPeer();
  const other = await named('other');
  const clients = [new FcgiClient({ address: silent.address }), new FcgiClient({ address: other.address })];
  onTestFinished(async () => {
    for (const client of clients) await client.close({ timeout: 1 });
  });
  const tried: string[] = [];
  const backends = new Backends(clients, 'round-robin', 10_000);
  const params = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '4' };
  const asked = backends.request({ params, stdin: 'body' }, ({ address }) => tried.push(address));
  const outcome = expect(asked).rejects.toMatchObject({ code: 'FCGI_CLIENT_CUT_OFF', side: 'caller' });
  await (await silent.accept()).request();
  await clients[0]!.close({ timeout: 1 });
  await outcome;
  expect(tried).toEqual([clients[0]!.address]);
  // What comes after that goes to the other at once: nothing of it was sent.
  const { body } = await backends.request({ params, stdin: 'body' }, () => {});
  expect(String(await body.toArray())).toContain('other');
});

test('a request of which something was sent does not go to another application', async () => {
  let requests = 0;
  const broken = await startPeer(async (connection) => {
    await connection.request();
    requests += 1;
    connection.socket.destroy();
  });
  const fine = await named('fine');
  const url = await gatewayTo([broken.address, fine.address]);
  expect(await ask(url)).toBe('502');
  expect(await ask(url)).toBe('fine');
  // It can be reached, so it has its turn.
  expect(await ask(url)).toBe('502');
  expect(requests).toBe(2);
});

test('an upload goes to the next application as a whole where the first one cannot be reached', async () => {
  const peer = await startResponder(({ requestId, stdin }) => answer(requestId, document(stdin.toString())));
  const url = await gatewayTo([await nobody(), peer.address]);
  expect(await ask(url, 'POST / HTTP/1.1\r\nContent-Length: 5\r\n', 'whole')).toBe('whole');
});

test('options for several applications that make no sense are refused', async () => {
  expect(() => createGateway({ address: [] })).toThrow(TypeError);
  expect(() => createGateway({ client: [] })).toThrow(TypeError);
  expect(() => createGateway({ address: ':1', balance: 'random' as 'round-robin' })).toThrow(TypeError);
  expect(await gatewayFor('127.0.0.1:1', { balance: 'least-requests' })).toContain('http://');
});
