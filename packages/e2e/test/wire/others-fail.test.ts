import { createServer } from '@fcgi-js/server';
import { join, pair, pairs, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { socketPath, TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  abortRequest,
  begin,
  getValues,
  ProtocolStatus,
  params,
  Role,
  request,
  requestBody,
  requestHead,
  streamEnd,
  streamRecords,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { withProbe } from '../../src/wire/use-probe.ts';
import { WireConnection } from '../../src/wire/wire-connection.ts';

const MEBIBYTE = 1_048_576;
const MANAGEMENT_NAMES = ['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS'];
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What other FastCGI implementations fail at: each of these ends the process, loses a request or mixes answers in
 * at least one of them. Every test has a process of its own, which must serve a plain request afterwards.
 */
describe.each(TRANSPORTS)('over %s', (transport) => {
  test('an unknown management record is answered with UNKNOWN_TYPE of the null ID', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(record(99, 0, 'abc'));
      const answer = await connection.management();
      expect(answer).toMatchObject({ type: Type.unknownType, id: 0 });
      expect([...answer.content]).toEqual([99, 0, 0, 0, 0, 0, 0, 0]);
    });
  });

  test('GET_VALUES alone is answered at once, with what is true', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(getValues(MANAGEMENT_NAMES));
      const { type, content } = await connection.management();
      expect(type).toBe(Type.getValuesResult);
      expect(new Uint8Array(content)).toEqual(
        pairs([
          ['FCGI_MAX_CONNS', '16384'],
          ['FCGI_MAX_REQS', '16384'],
          ['FCGI_MPXS_CONNS', '1'],
        ]),
      );
    });
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'GET_VALUES for %s has an empty result',
    async (name) => {
      await withProbe(transport, async (probe) => {
        const connection = await probe.connect();
        connection.send(getValues([name]));
        expect(await connection.management()).toMatchObject({
          type: Type.getValuesResult,
          content: { length: 0 },
        });
      });
    },
  );

  test.each([300, 70_000])(
    'a value of %i bytes cut over two PARAMS records arrives whole',
    async (length) => {
      await withProbe(transport, async (probe) => {
        const list = usualParams('/echo', {
          params: [
            ['LONG', 'v'.repeat(length)],
            ['AFTER', 'it'],
          ],
        });
        const bytes = pairs(list);
        const cut = bytes.length - 200;
        const connection = await probe.connect();
        connection.send(begin());
        if (length < 65_535) {
          connection.send(
            record(Type.params, 1, bytes.subarray(0, cut)),
            record(Type.params, 1, bytes.subarray(cut)),
          );
        } else {
          connection.send(streamRecords(Type.params, 1, bytes));
        }
        connection.send(streamEnd(Type.params, 1), requestBody());
        const { json } = await connection.answer(1);
        const value = length > 1_024 ? { len: length, crc32: expect.any(String) } : 'v'.repeat(length);
        expect(json['params']).toEqual({ ...Object.fromEntries(list), LONG: value });
      });
    },
  );

  test('a second empty PARAMS record changes nothing', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(requestHead('/echo'), streamEnd(Type.params, 1), requestBody());
      expect((await connection.answer(1)).status).toBe(200);
    });
  });

  test('a record of version 7 ends the connection, and nothing of it is served', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(record(Type.begin, 1, [0, 1, 1, 0, 0, 0, 0, 0], { version: 7 }));
      connection.send(params(1, usualParams('/echo')), requestBody());
      expect(await connection.end()).toBe('end');
      expect(connection.received).toBe(0);
    });
  });

  test('name and value lengths of 2 GiB are answered with 431', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      const lengths = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
      connection.send(begin(), record(Type.params, 1, lengths), streamEnd(Type.params, 1), requestBody());
      const answer = await connection.answer(1);
      expect([answer.status, answer.protocolStatus]).toEqual([431, ProtocolStatus.complete]);
      connection.send(request('/early', { id: 2 }));
      expect((await connection.answer(2)).text).toBe('early');
    });
  });

  test('a BEGIN_REQUEST of 3 bytes ends the connection', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(record(Type.begin, 1, [0, 1, 1]));
      expect(await connection.end()).toBe('end');
    });
  });

  test('a web server that half-closes after its request still gets the answer', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/slow?ms=300'));
      connection.finish();
      expect((await connection.answer(1)).text).toBe('slow');
      expect(await connection.end()).toBe('end');
    });
  });

  test('a kept connection serves a second request', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      for (const text of ['first', 'second']) {
        connection.send(request(`/echo?${text}`));
        expect((await connection.answer(1)).json['query']).toBe(text);
      }
      await later(100);
      expect(connection.hasEnded).toBe(false);
    });
  });

  test('two requests sent back to back are both served', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/echo?one', { id: 1 }), request('/echo?two', { id: 2 }));
      expect((await connection.answer(1)).json['query']).toBe('one');
      expect((await connection.answer(2)).json['query']).toBe('two');
    });
  });

  test('two interleaved requests are both served', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(
        join(begin(1), begin(2)),
        join(params(1, usualParams('/echo?one')), params(2, usualParams('/echo?two'))),
        join(requestBody('', 2), requestBody('', 1)),
      );
      expect((await connection.answer(1)).json['query']).toBe('one');
      expect((await connection.answer(2)).json['query']).toBe('two');
    });
  });

  test('a role that does not exist is answered with FCGI_UNKNOWN_ROLE after a response head', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/echo', { role: 9 }));
      const answer = await connection.answer(1);
      expect([answer.status, answer.protocolStatus]).toEqual([501, ProtocolStatus.unknownRole]);
    });
  });

  test('ABORT_REQUEST after the whole request is answered with END_REQUEST and no output', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/abort?token=t&ms=10000'), abortRequest());
      const answer = await connection.answer(1);
      expect([answer.records, answer.protocolStatus]).toEqual(['6e 3', ProtocolStatus.complete]);
      connection.send(request('/abortinfo?token=t'));
      expect((await connection.answer(1)).json).toEqual({ state: 'aborted' });
    });
  });

  test('an ID used again right after ABORT_REQUEST gets one answer, its own', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/slow?ms=200'), abortRequest(), request('/echo?again'));
      expect((await connection.answer(1)).records).toBe('6e 3');
      expect((await connection.answer(1)).json['query']).toBe('again');
      await later(400);
      expect([connection.answers, connection.unfinished]).toEqual([[], []]);
    });
  });

  test('ABORT_REQUEST before any PARAMS is answered once and frees the ID', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(begin(), abortRequest(), request('/echo?next'));
      expect((await connection.answer(1)).protocolStatus).toBe(ProtocolStatus.complete);
      expect((await connection.answer(1)).json['query']).toBe('next');
    });
  });

  test('STDIN of an ID that is not active is ignored', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(record(Type.stdin, 7, 'nobody wants this'), streamEnd(Type.stdin, 7), request('/echo'));
      expect((await connection.answer()).id).toBe(1);
    });
  });

  test.each(['before', 'async'])('a handler that throws (%s) is a 500 without its message', async (when) => {
    await withProbe(transport, async (probe) => {
      const answer = await probe.ask(`/throw?when=${when}`);
      expect(answer.status).toBe(500);
      expect(answer.stdout.toString()).not.toContain('secret');
      expect(answer.stderr).toContain('probe-secret');
    });
  });

  test('a handler that throws in mid-response breaks its answer off', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(request('/throw?when=mid'));
      await connection.end();
      expect(connection.answers).toEqual([]);
    });
  });

  test('twenty idle connections do not keep a request from being served', async () => {
    await withProbe(transport, async (probe) => {
      for (let count = 0; count < 20; count += 1) await probe.connect();
      expect((await probe.ask('/early')).text).toBe('early');
    });
  });

  test('the end of the first of two requests without FCGI_KEEP_CONN leaves the second its answer', async () => {
    await withProbe(transport, async (probe) => {
      const connection = await probe.connect();
      connection.send(
        request('/slow?ms=300', { id: 2, keep: false }),
        request('/early', { id: 1, keep: false }),
      );
      expect((await connection.answer()).id).toBe(1);
      expect((await connection.answer(2)).text).toBe('slow');
      expect(await connection.end()).toBe('end');
    });
  });

  test('a body of 256 MiB that nobody reads stops the web server instead of filling memory', async () => {
    await withProbe(transport, async (probe) => {
      await probe.ask('/early');
      const before = probe.residentBytes;
      const connection = await probe.connect();
      const length = 256 * MEBIBYTE;
      connection.send(requestHead('/slow?ms=2000', { method: 'POST', contentLength: String(length) }));
      const piece = record(Type.stdin, 1, new Uint8Array(65_528));
      let sent = 0;
      while (sent < length && connection.unsent < MEBIBYTE) {
        connection.sendArray(piece);
        sent += 65_528;
        if (connection.unsent > 0) await later(1);
      }
      expect(sent).toBeLessThan(16 * MEBIBYTE);
      expect(probe.residentBytes - before).toBeLessThan(32 * MEBIBYTE);
      expect((await connection.answer(1)).text).toBe('slow');
    });
  });

  test('a plain GET is answered with STDOUT, its end, and END_REQUEST', async () => {
    await withProbe(transport, async (probe) => {
      expect((await probe.ask('/early')).records).toBe('6 6e 3');
    });
  });
});

test('a role that the application does not play is answered with FCGI_UNKNOWN_ROLE after a response head', async () => {
  const server = createServer({ responder: () => undefined });
  const path = socketPath();
  await server.listen(path);
  const connection = await WireConnection.open({ path });
  connection.send(request('/auth?user=alice', { role: Role.authorizer }));
  const answer = await connection.answer(1);
  expect([answer.status, answer.protocolStatus]).toEqual([501, ProtocolStatus.unknownRole]);
  connection.close();
  await server.close();
});

test('a pair of params may have lengths in four bytes though they are short', async () => {
  await withProbe('unix', async (probe) => {
    const connection = await probe.connect();
    const forms = { name: 4, value: 4 } as const;
    const bytes = join(...usualParams('/echo').map(([name, value]) => pair(name, value, forms)));
    connection.send(begin(), record(Type.params, 1, bytes), streamEnd(Type.params, 1), requestBody());
    expect((await connection.answer(1)).json['params']).toMatchObject({ REQUEST_URI: '/echo' });
  });
});
