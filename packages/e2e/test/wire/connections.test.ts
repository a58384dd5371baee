import { setImmediate as turn } from 'node:timers/promises';
import { join, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { MEBIBYTE } from '../../src/wire/memory.ts';
import { aWhile } from '../../src/wire/pause.ts';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  begin,
  params,
  request,
  requestBody,
  requestHead,
  streamEnd,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

/** What is taken of bodies after their answers before the connection ends (`limits.discardBytes`). */
const DISCARDED = 64 * MEBIBYTE;

/** FastCGI 1.0, sections 3.5 and 5.1: who closes, and when. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test.each([
    [0x00, true],
    [0xfe, true],
    [0x01, false],
    [0xff, false],
  ])('of the flags only FCGI_KEEP_CONN counts: %i', async (flags, closes) => {
    const connection = await probe().connect();
    connection.send(begin(1, { flags }), params(1, usualParams('/early')), requestBody());
    expect((await connection.answer(1)).text).toBe('early');
    if (closes) expect(await connection.end()).toBe('end');
    await aWhile();
    expect(connection.hasEnded).toBe(closes);
  });

  test('a kept connection serves a thousand requests one after the other', async () => {
    const connection = await probe().connect();
    for (let count = 0; count < 1_000; count += 1) {
      connection.send(request(`/echo?${count}`));
      expect((await connection.answer(1)).json['query']).toBe(String(count));
    }
  });

  test('an ID is free again after END_REQUEST, for any kind of request', async () => {
    const connection = await probe().connect();
    for (const uri of ['/early', '/throw', '/nothing', '/exit?code=3', '/big?n=100000', '/early']) {
      connection.send(request(uri, { id: 9 }));
      expect((await connection.answer()).id).toBe(9);
    }
  });

  test('BEGIN_REQUEST for an active ID ends the connection', async () => {
    const connection = await probe().connect();
    connection.send(request('/slow?ms=200'), begin(1));
    expect(await connection.end()).toBe('end');
    expect(connection.answers).toEqual([]);
  });

  test('the last request without FCGI_KEEP_CONN ends a connection that others kept', async () => {
    const connection = await probe().connect();
    connection.send(request('/early'));
    await connection.answer(1);
    connection.send(request('/early', { id: 2, keep: false }));
    await connection.answer(2);
    expect(await connection.end()).toBe('end');
  });

  test('the rest of a body comes after an early answer, and the connection goes on', async () => {
    const connection = await probe().connect();
    const piece = record(Type.stdin, 1, new Uint8Array(50_000));
    connection.send(requestHead('/early', { method: 'POST', contentLength: '500000' }), piece);
    expect((await connection.answer(1)).text).toBe('early');
    for (let count = 0; count < 9; count += 1) connection.send(piece);
    connection.send(streamEnd(Type.stdin, 1), request('/echo?next', { id: 2 }));
    expect((await connection.answer(2)).json['query']).toBe('next');
    connection.send(request('/echo?same-id'));
    expect((await connection.answer(1)).json['query']).toBe('same-id');
  });

  test.each([true, false])(
    'an early answer arrives though a large body is under way (kept: %s)',
    async (keep) => {
      for (let round = 0; round < 20; round += 1) {
        const connection = await probe().connect();
        const length = 64 * MEBIBYTE;
        connection.send(requestHead('/early', { method: 'POST', contentLength: String(length), keep }));
        const piece = record(Type.stdin, 1, new Uint8Array(65_528));
        const answer = connection.answer(1);
        for (let sent = 0; sent < length && !connection.hasEnded; sent += 65_528) {
          if (!connection.sendArray(piece)) await connection.sent();
        }
        expect((await answer).text).toBe('early');
        probe().forget(connection);
      }
    },
  );

  test('of a body that nobody wants no more than a bound is taken', async () => {
    const connection = await probe().connect();
    connection.send(requestHead('/early', { method: 'POST', contentLength: '1000000000' }));
    await connection.answer(1);
    const piece = record(Type.stdin, 1, new Uint8Array(65_528));
    while (!connection.hasEnded && connection.left < 1_000_000_000) {
      connection.sendArray(piece);
      await connection.sent();
      await turn();
    }
    expect(await connection.end()).toBe('end');
    expect(connection.left).toBeGreaterThan(DISCARDED);
    expect(connection.left).toBeLessThan(DISCARDED + 16 * MEBIBYTE);
  });

  test('a web server that only closes its sending side gets everything it asked for', async () => {
    const connection = await probe().connect();
    connection.send(
      request('/big?n=5000000'),
      request('/slow?ms=100', { id: 2 }),
      request('/early', { id: 3 }),
    );
    connection.finish();
    expect((await connection.answer(1)).body.length).toBe(5_000_000);
    expect((await connection.answer(2)).text).toBe('slow');
    expect((await connection.answer(3)).text).toBe('early');
    expect(await connection.end()).toBe('end');
  });

  test('a connection that brings nothing and ends is closed', async () => {
    const connection = await probe().connect();
    connection.finish();
    expect(await connection.end()).toBe('end');
    expect(connection.received).toBe(0);
  });

  test('web servers that reset connections in any state disturb nobody', async () => {
    const states = [
      '',
      begin(),
      requestHead('/echo', { body: 'body' }),
      request('/slow?ms=50'),
      request('/big?n=10000000'),
      join(request('/cat', { body: 'body' }), request('/early', { id: 2 })),
      request('/stderr?bytes=1000000'),
    ];
    for (const bytes of [...states, ...states]) {
      const connection = await probe().connect();
      connection.send(bytes);
      await connection.sent();
      // On a Unix socket closing with unread answers does what a reset does.
      if (transport === 'tcp') connection.reset();
      else connection.close();
      expect((await probe().ask('/early')).text).toBe('early');
    }
  });

  test('closed connections leave no descriptors', async () => {
    await aWhile();
    const before = probe().openSockets;
    for (let count = 0; count < 50; count += 1) {
      const connection = await probe().connect();
      connection.send(request('/early'));
      await connection.answer(1);
      probe().forget(connection);
    }
    await aWhile();
    expect(probe().openSockets).toBeLessThanOrEqual(before + 1);
  });
});
