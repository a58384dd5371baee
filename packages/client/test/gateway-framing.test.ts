import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, type GatewayExchange, paramsFromRequest } from '@fcgi-js/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayAnswering, paramsOf } from './gateway-for.ts';
import { exchange, RawHttp, valuesOf } from './http-client.ts';
import { document, startPeer } from './peer.ts';

const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';

/** What may stand in front of the body {@link CHUNKS}, and the status that it has to be answered with. */
const FRAMINGS: ReadonlyArray<[fields: string, status: number]> = [
  ['Transfer-Encoding: gzip, chunked', 501],
  ['Transfer-Encoding: gzip,chunked', 501],
  ['Transfer-Encoding: GZIP, Chunked', 501],
  ['Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked', 501],
  ['Transfer-Encoding: deflate, compress, chunked', 501],
  ['Transfer-Encoding: identity, chunked', 501],
  ['Transfer-Encoding: x-unknown;q=1, chunked', 501],
  ['Transfer-Encoding: chunked, chunked', 400],
  ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 400],
  ['Transfer-Encoding: chunked, gzip', 400],
  ['Transfer-Encoding: chunked, identity', 400],
  ['Transfer-Encoding: identity', 400],
  ['Transfer-Encoding: gzip', 400],
  ['Transfer-Encoding: xchunked', 400],
  ['Transfer-Encoding: chunkedx', 400],
  ['Transfer-Encoding: "chunked"', 400],
  ['Transfer-Encoding: chunked;foo=bar', 400],
  ['Transfer-Encoding: ', 400],
  ['Transfer-Encoding: ,', 400],
  ['Transfer-Encoding: , chunked', 400],
  ['Transfer-Encoding: chunked,', 400],
  ['Transfer-Encoding: gzip,, chunked', 400],
  ['Transfer-Encoding: gzip, chunked\r\nTransfer-Encoding: ', 400],
  ['Content-Length: 5\r\nTransfer-Encoding: chunked', 400],
  ['Transfer-Encoding: chunked\r\nContent-Length: 15', 400],
  ['Content-Length: 5\r\nTransfer-Encoding: identity', 400],
];

describe.each(['strict', 'lenient'] as const)('behind a %s parser of Node', (parser) => {
  /** A gateway whose application must not be asked, in a server whose parser lets pass more or less. */
  async function gatewayBehind() {
    const peer = await startPeer();
    const seen: GatewayExchange[] = [];
    const gateway = createGateway({ address: peer.address, onRequest: (one) => seen.push(one) });
    const server = createServer({ insecureHTTPParser: parser === 'lenient' }, gateway.listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await gateway.close({ timeout: 1 });
    });
    return { peer, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test.each(FRAMINGS)(
    'a body with %j is answered with %i, and with it the connection ends',
    async (fields, status) => {
      const { peer, url } = await gatewayBehind();
      const http = new RawHttp(url);
      http.send(
        `POST / HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${CHUNKS}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      const answers = (await http.all()).match(/HTTP\/1\.1 \d+/g);
      // Where the parser of Node refuses itself, it always says 400.
      expect([[`HTTP/1.1 ${status}`], ['HTTP/1.1 400']]).toContainEqual(answers);
      expect(peer.connections).toHaveLength(0);
    },
  );

  test('HTTP/1.0 has no Transfer-Encoding', async () => {
    const { peer, url } = await gatewayBehind();
    const got = await exchange(url, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n', CHUNKS);
    expect(got.status).toBe(400);
    expect(peer.connections).toHaveLength(0);
  });
});

test('a coding that the gateway does not know is named in its answer, and in the log', async () => {
  const peer = await startPeer();
  const { seen, url } = await (async () => {
    const exchanges: GatewayExchange[] = [];
    const gateway = createGateway({ address: peer.address, onRequest: (one) => exchanges.push(one) });
    onTestFinished(() => gateway.close({ timeout: 1 }));
    return { seen: exchanges, url: (await gateway.listen({ port: 0 })).url };
  })();
  const got = await exchange(url, 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n', CHUNKS);
  expect(got).toMatchObject({
    status: 501,
    body: expect.stringContaining('no Transfer-Encoding but "chunked"'),
  });
  expect(valuesOf(got, 'connection')).toEqual(['close']);
  expect(seen).toMatchObject([
    { error: { name: 'RequestRefusal', status: 501 }, params: undefined, status: 501 },
  ]);
});

test.each(['chunked', 'Chunked', 'CHUNKED', ' chunked '])(
  'a body with the Transfer-Encoding %j reaches the application decoded, with its length and no coding',
  async (coding) => {
    const { requests, url } = await gatewayAnswering(document('served'));
    const got = await exchange(
      url,
      `POST / HTTP/1.1\r\nTE: trailers\r\nTransfer-Encoding: ${coding}\r\n`,
      CHUNKS,
    );
    expect(got.status).toBe(200);
    expect(requests[0]!.stdin.toString()).toBe('hello');
    const params = paramsOf(requests[0]!);
    expect(params['CONTENT_LENGTH']).toBe('5');
    expect(Object.keys(params).filter((name) => /TRANSFER|TRAILER|_TE$/.test(name))).toEqual([]);
  },
);

describe('for fetch', () => {
  const body = 'hello';

  test.each<[headers: Record<string, string>, status: number]>([
    [{ 'transfer-encoding': 'gzip, chunked' }, 501],
    [{ 'transfer-encoding': 'chunked, chunked' }, 400],
    [{ 'transfer-encoding': 'identity' }, 400],
    [{ 'content-length': '5', 'transfer-encoding': 'chunked' }, 400],
    [{ 'content-length': '5, 5' }, 400],
    [{ 'content-length': '+5' }, 400],
    [{ 'content-length': '05' }, 400],
    [{ 'content-length': '5 5' }, 400],
    [{ 'content-length': '4' }, 400],
    [{ 'content-length': '6' }, 400],
    [{ 'content-length': '' }, 400],
  ])('a request with %j is answered with %i', async (headers, status) => {
    const peer = await startPeer();
    const gateway = createGateway({ address: peer.address });
    onTestFinished(() => gateway.close({ timeout: 1 }));
    const response = await gateway.fetch(new Request('http://x/', { body, headers, method: 'POST' }));
    expect(response.status).toBe(status);
    await expect
      .poll(() => peer.connections.flatMap(({ records }) => records).filter(({ type }) => type === 5))
      .toEqual([]);
  });

  test('a request with a chunked body has the length that was found out', async () => {
    const { peer, requests } = await gatewayAnswering(document('served'));
    const gateway = createGateway({ address: peer.address });
    onTestFinished(() => gateway.close({ timeout: 1 }));
    const headers = { 'transfer-encoding': 'chunked' };
    const response = await gateway.fetch(new Request('http://x/', { body, headers, method: 'POST' }));
    expect(response.status).toBe(200);
    expect(paramsOf(requests[0]!)['CONTENT_LENGTH']).toBe('5');
  });
});

test('paramsFromRequest tells of no length that does not frame the body', () => {
  const headers = { 'content-length': '5', 'transfer-encoding': 'chunked' };
  const request = new Request('http://x/', { headers });
  expect(paramsFromRequest(request).has('CONTENT_LENGTH')).toBe(false);
});

describe('an answer of the application', () => {
  test.each([
    ['two lengths', 'Content-Length: 4\nContent-Length: 5\n\nbody'],
    ['a list of lengths', 'Content-Length: 4, 4\n\nbody'],
    ['a length with a sign', 'Content-Length: +4\n\nbody'],
    ['a hexadecimal length', 'Content-Length: 0x4\n\nbody'],
    ['an empty length', 'Content-Length:\n\nbody'],
    ['a length too large to be one', 'Content-Length: 18446744073709551620\n\nbody'],
  ])('with %s is a 502', async (_name, stdout) => {
    const { url } = await gatewayAnswering(stdout);
    expect(await exchange(url, 'GET / HTTP/1.1\r\n')).toMatchObject({
      body: '502 Bad Gateway\n',
      status: 502,
    });
  });

  test('with the same length twice has it once', async () => {
    const { url } = await gatewayAnswering('Content-Length: 4\ncontent-length: 4\n\nbody');
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect([valuesOf(got, 'content-length'), got.body]).toEqual([['4'], 'body']);
  });

  test.each(['chunked', 'gzip, chunked', 'identity'])(
    'with the Transfer-Encoding %s is framed by the gateway alone',
    async (coding) => {
      const { url } = await gatewayAnswering(
        `Transfer-Encoding: ${coding}\nTE: x\nContent-Length: 4\n\nbody`,
      );
      const got = await exchange(url, 'GET / HTTP/1.1\r\n');
      expect([valuesOf(got, 'transfer-encoding'), valuesOf(got, 'te'), got.body]).toEqual([[], [], 'body']);
    },
  );

  test('with status 205 has neither a body nor the length of one', async () => {
    const { peer, url } = await gatewayAnswering('Status: 205 Reset\nContent-Length: 4\n\nbody');
    const got = await exchange(url, 'GET / HTTP/1.1\r\n');
    expect([got.status, valuesOf(got, 'content-length'), got.body.includes('body')]).toEqual([
      205,
      [],
      false,
    ]);
    const gateway = createGateway({ address: peer.address });
    onTestFinished(() => gateway.close({ timeout: 1 }));
    const response = await gateway.fetch(new Request('http://x/'));
    expect([response.status, await response.text()]).toEqual([205, '']);
  });
});
