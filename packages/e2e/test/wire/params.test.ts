import { type Bytes, join, pair, pairs, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/wire/answer.ts';
import { type ProbeProcess, TRANSPORTS } from '../../src/wire/probe-process.ts';
import {
  begin,
  type ParamList,
  request,
  requestBody,
  streamEnd,
  streamRecords,
  Type,
  usualParams,
} from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

/** Sends a PARAMS stream as it is. */
async function askWith(probe: ProbeProcess, stream: Uint8Array, recordSize?: number): Promise<Answer> {
  const connection = await probe.connect();
  connection.send(begin(), streamRecords(Type.params, 1, stream, recordSize));
  connection.send(streamEnd(Type.params, 1), requestBody());
  return await connection.answer(1);
}

/** A PARAMS stream of exactly that many bytes: the usual params and one long value. */
function streamOf(length: number): Uint8Array {
  const usual = pairs(usualParams('/echo'));
  const rest = length - usual.length;
  return join(usual, pair('FILL', 'f'.repeat(rest - 4 - 5), { value: 4 }));
}

const long = (length: number) => 'l'.repeat(length);

/** FastCGI 1.0, sections 3.4 and 5.2. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test.each([
    ['short, short', 'N', 'v', {}],
    ['short, long', 'N', long(128), {}],
    ['long, short', long(128), 'v', {}],
    ['long, long', long(200), long(1_000), {}],
    ['longest in one byte', long(127), long(127), {}],
    ['four bytes for a short name', 'N', 'v', { name: 4 }],
    ['four bytes for a short value', 'N', 'v', { value: 4 }],
    ['four bytes for both', 'N', 'v', { name: 4, value: 4 }],
    ['four bytes for nothing', '', '', { name: 4, value: 4 }],
    ['an empty value', 'EMPTY', '', {}],
    ['an empty name', '', 'value', {}],
  ] as const)('lengths are read in every form: %s', async (_name, name, value, forms) => {
    const answer = await askWith(probe(), join(pairs(usualParams('/echo')), pair(name, value, forms)));
    expect(answer.json['params']).toEqual({ ...Object.fromEntries(usualParams('/echo')), [name]: value });
  });

  test('a pair may be cut at every byte', async () => {
    const list = usualParams('/echo', { params: [['LONG', long(200)]] });
    const stream = pairs(list);
    const expected = Object.fromEntries(list);
    const connection = await probe().connect();
    for (let cut = 1; cut < stream.length; cut += 1) {
      connection.send(begin(), record(Type.params, 1, stream.subarray(0, cut)));
      connection.send(record(Type.params, 1, stream.subarray(cut)), streamEnd(Type.params, 1), requestBody());
      expect((await connection.answer(1)).json['params']).toEqual(expected);
    }
  });

  test('params may come one byte a record', async () => {
    const answer = await askWith(probe(), pairs(usualParams('/echo')), 1);
    expect(answer.json['params']).toEqual(Object.fromEntries(usualParams('/echo')));
  });

  test('each pair may come in a record of its own', async () => {
    const connection = await probe().connect();
    const list = usualParams('/echo');
    connection.send(begin(), ...list.map((one) => record(Type.params, 1, pairs([one]))));
    connection.send(streamEnd(Type.params, 1), requestBody());
    expect((await connection.answer(1)).json['params']).toEqual(Object.fromEntries(list));
  });

  test('values and names are bytes: none is lost or changed', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = String.fromCharCode(...all);
    const list: ParamList = [
      ['BYTES', all],
      [all, 'name'],
    ];
    const { json } = await probe().ask('/echo', { params: list });
    expect(json['params']).toMatchObject({ BYTES: text, [text]: 'name' });
  });

  test('the order of params means nothing', async () => {
    const reversed = [...usualParams('/echo')].reverse();
    const answer = await askWith(probe(), pairs(reversed));
    expect(answer.json['params']).toEqual(Object.fromEntries(reversed));
  });

  test('of a name that comes twice the last value counts', async () => {
    const { json } = await probe().ask('/nowhere', {
      params: [
        ['TWICE', 'first'],
        ['REQUEST_URI', '/echo'],
        ['TWICE', 'last'],
      ],
    });
    expect(json).toMatchObject({ path: '/echo', params: { TWICE: 'last' } });
  });

  test('names that mean something in JavaScript are names like others', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'then',
      '0',
      '1',
      '-1',
    ];
    const { json } = await probe().ask('/echo', { params: names.map((name) => [name, `value of ${name}`]) });
    const received = new Map(Object.entries(json['params'] ?? {}));
    for (const name of names) expect(received.get(name)).toBe(`value of ${name}`);
  });

  test('params of one request are not seen by the next', async () => {
    const connection = await probe().connect();
    connection.send(request('/echo', { params: [['SECRET', 'of the first']], body: 'first' }));
    await connection.answer(1);
    connection.send(request('/echo'));
    const { stdout, json } = await connection.answer(1);
    expect(stdout.toString()).not.toContain('of the first');
    expect(json).toMatchObject({ bodyLength: 0, contentLength: null });
  });

  test('a request without params reaches the application', async () => {
    expect((await askWith(probe(), new Uint8Array(0))).status).toBe(404);
  });

  test.each([
    ['2,000 params', 2_000, 200],
    ['2,001 params', 2_001, 431],
  ])('%s are answered with %i', async (_name, count, status) => {
    const usual = usualParams('/echo');
    const more: Array<readonly [Bytes, Bytes]> = Array.from({ length: count - usual.length }, (_, index) => [
      String(index),
      'v',
    ]);
    const answer = await askWith(probe(), pairs([...usual, ...more]));
    expect([answer.status, answer.protocolStatus]).toEqual([status, 0]);
  });

  test.each([
    [1_048_576, 200],
    [1_048_577, 431],
  ])('%i bytes of params are answered with %i', async (length, status) => {
    const answer = await askWith(probe(), streamOf(length));
    expect([answer.status, answer.protocolStatus]).toEqual([status, 0]);
  });

  test.each([
    ['in its value', pair('NAME', 'value').subarray(0, -1), 400],
    ['in its name', pair('NAME', '').subarray(0, -1), 400],
    ['in its lengths', [0x80, 0, 0], 400],
    ['after one length', [5], 400],
    ['far before its end', [5, 0xff, 0xff, 0xff, 0xff], 431],
  ] as ReadonlyArray<readonly [string, Bytes, number]>)(
    'a last pair that is cut off %s is no request',
    async (_name, rest, status) => {
      const answer = await askWith(probe(), join(pairs(usualParams('/echo')), rest));
      expect([answer.status, answer.records]).toEqual([status, '7 7e 6 6e 3']);
    },
  );

  test.each([
    [0x7fff_ffff, 0],
    [0, 0x7fff_ffff],
    [0x7fff_ffff, 0x7fff_ffff],
    [0x7fff_fff0, 0x10],
    [0x4000_0000, 0x4000_0000],
  ])('lengths of %i and %i do not add up to something small', async (name, value) => {
    const bytes = [name, value].flatMap((length) => [
      0x80 | (length >>> 24),
      (length >> 16) & 255,
      (length >> 8) & 255,
      length & 255,
    ]);
    const answer = await askWith(probe(), join(pairs(usualParams('/echo')), bytes, 'x'.repeat(80)));
    expect(answer.status).toBe(431);
  });

  test.each(['12x', '-5', '+3', '0x10', '1e3', ' 5', '5 ', '1.0', '99999999999999999999', 'NaN'])(
    'CONTENT_LENGTH=%j is answered with 400, because it is no length',
    async (contentLength) => {
      expect((await probe().ask('/early', { contentLength })).status).toBe(400);
    },
  );

  test.each([null, '', '-1'])(
    'without a length (CONTENT_LENGTH %j) the body is STDIN to its end',
    async (length) => {
      const { json } = await probe().ask('/echo', { body: 'some body', contentLength: length });
      expect(json).toMatchObject({ bodyLength: 9, contentLength: length });
    },
  );
});
