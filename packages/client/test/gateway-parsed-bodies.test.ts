import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGateway, type GatewayOptions } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { paramsOf } from './gateway-for.ts';
import { answer, document, type RawRequest, startResponder } from './peer.ts';

/** What the application gets of a request whose body something has read before, as a body parser does; its status otherwise. */
async function gets(
  type: string,
  sent: string,
  parse: (bytes: Buffer) => unknown,
  options: GatewayOptions = {},
): Promise<RawRequest | number> {
  const requests: RawRequest[] = [];
  const peer = await startResponder((request) => {
    requests.push(request);
    return answer(request.requestId, document(''));
  });
  const gateway = createGateway({ ...options, address: peer.address });
  onTestFinished(() => gateway.close({ timeout: 1 }));
  const server = createServer(async (request, response) => {
    Object.assign(request, { body: parse(await buffer(request)) });
    gateway.listener(request, response);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { status } = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: sent,
    headers: { 'Content-Type': type },
  });
  return requests[0] ?? status;
}

test.each<[string, string, string, (bytes: Buffer) => unknown, string]>([
  ['raw bytes', 'text/plain', 'héllo', (bytes) => bytes, 'héllo'],
  ['text', 'text/plain', 'héllo', String, 'héllo'],
  [
    'JSON',
    'application/json; charset=utf-8',
    '{ "a" : [1] }',
    (bytes) => JSON.parse(String(bytes)),
    '{"a":[1]}',
  ],
  ['JSON of a kind', 'application/ld+json', '[ ]', (bytes) => JSON.parse(String(bytes)), '[]'],
  [
    'a form',
    'application/x-www-form-urlencoded',
    'a=1&b=2&b=%C3%A9+',
    () => ({ a: '1', b: ['2', 'é '] }),
    'a=1&b=2&b=%C3%A9+',
  ],
  [
    'a form with fields inside fields',
    'application/x-www-form-urlencoded',
    'a[b]=1&a[c][]=2&a[c][]=3&d[0][e]=4',
    () => ({ a: { b: '1', c: ['2', '3'] }, d: [{ e: '4' }] }),
    new URLSearchParams('a[b]=1&a[c][]=2&a[c][]=3&d[0][e]=4').toString(),
  ],
])(
  '%s that a body parser has read reaches the application, with its length',
  async (_name, type, sent, parse, expected) => {
    const request = await gets(type, sent, parse);
    if (typeof request === 'number') throw new Error(`status ${request}`);
    expect(request.stdin.toString()).toBe(expected);
    expect(paramsOf(request)).toMatchObject({
      CONTENT_LENGTH: `${Buffer.byteLength(expected)}`,
      CONTENT_TYPE: type,
    });
  },
);

test('lists in forms get the brackets that PHP wants, once, where scripts are asked for', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fcgi-gateway-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'index.php'), '');
  const parse = () => ({ a: ['1', '2'], 'b[]': ['3', '4'] });
  const options = { documentRoot: root, script: {} };
  const request = await gets('application/x-www-form-urlencoded', 'a[]=1&a[]=2', parse, options);
  if (typeof request === 'number') throw new Error(`status ${request}`);
  const sent = [...new URLSearchParams(request.stdin.toString())].map((pair) => pair.join('='));
  expect(sent).toEqual(['a[]=1', 'a[]=2', 'b[]=3', 'b[]=4']);
});

test.each<[string, string, (bytes: Buffer) => unknown]>([
  ['a form with what is no text', 'application/x-www-form-urlencoded', () => ({ a: 1 })],
  ['a form with files', 'multipart/form-data; boundary=x', () => ({ a: '1' })],
  ['what was read and thrown away', 'application/json', () => undefined],
])('%s cannot be made again, and is answered with 500', async (_name, type, parse) => {
  expect(await gets(type, 'a[b]=1', parse)).toBe(500);
});
