import { ServerResponse } from 'node:http';
import { fromNodeListener } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { ChunkFraming } from '../../../src/adapters/node/chunk-framing.ts';
import { start } from '../../support/harness.ts';
import { request } from '../../support/wire.ts';

test('data is told from sizes and line ends, in as many pieces as it comes', () => {
  const framing = new ChunkFraming();
  const take = (data: string | Uint8Array, bytes?: number) => framing.take(data, 'utf8', bytes);
  expect([take('2'), take('\r\n'), take('\xe9'), take('\r\n')]).toEqual([
    'size',
    'size-end',
    'data',
    'data-end',
  ]);
  expect([take('1f'), take('\r\n')]).toEqual(['size', 'size-end']);
  // What looks like a line end is data as long as more is due.
  expect([take('\r\n', 2), take(new Uint8Array(28)), take('0')]).toEqual(['data', 'data', 'data']);
  expect(take('\r\n')).toBe('data-end');
  expect(framing.done).toBe(false);
  expect(take('0\r\nTrailer: x\r\n\r\n')).toBe('size');
  expect(framing.done).toBe(true);
});

test('a body without a length arrives as it was written, however it was corked', async () => {
  const parts = ['a', '\xe9', Buffer.from('\r\n'), '0', '\u20ac', new Uint8Array(70_000), '\r\n0\r\n\r\n'];
  let isChunked = false;
  const responder = fromNodeListener(async (_req, res) => {
    res.writeHead(200, { 'X-A': 'b' });
    for (const part of parts) res.write(part);
    isChunked = res.chunkedEncoding;
    await new Promise((resolve) => setImmediate(resolve));
    res.cork();
    for (const part of parts) res.write(part);
    res.uncork();
    res.addTrailers({ 'X-T': 'x' });
    res.end('end');
  });
  const peer = await (await start({ responder })).connect();
  peer.send(request(1, { keepConn: true }));
  const { body } = await peer.answer(1);
  const once = Buffer.concat(parts.map((part) => Buffer.from(part as string))).toString('latin1');
  expect(body === `${once}${once}end`).toBe(true);
  expect(isChunked).toBe(true);
});

test('what is patched on a response is called', async () => {
  const calls: string[] = [];
  const responder = fromNodeListener((_req, res) => {
    const { end, write, writeHead } = res;
    const patched: Partial<ServerResponse> = {
      end: (...args: unknown[]) => {
        calls.push('end');
        return Reflect.apply(end, res, args);
      },
      write: (...args: unknown[]) => {
        calls.push('write');
        return Reflect.apply(write, res, args);
      },
      writeHead: (...args: unknown[]) => {
        calls.push('writeHead');
        res.setHeader('X-Added', 'late');
        return Reflect.apply(writeHead, res, args);
      },
    };
    Object.assign(res, patched);
    Object.setPrototypeOf(res, Object.create(ServerResponse.prototype));
    res.write('a');
    res.end('b');
  });
  const peer = await (await start({ responder })).connect();
  peer.send(request(1));
  const answer = await peer.answer(1);
  expect(calls).toEqual(['write', 'writeHead', 'end']);
  expect(answer.body).toBe('ab');
  expect(answer.head).toContain('X-Added: late');
});
