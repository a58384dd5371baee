import { join, pair, pairs, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import { getValues, request, Type } from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

const MANAGEMENT = [9, 10, 11];

/** FastCGI 1.0, sections 4.1 and 4.2. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  const ask = async (bytes: Uint8Array) => {
    const connection = await probe().connect();
    connection.send(bytes);
    return await connection.management();
  };

  test.each([
    ['only what was asked for', ['FCGI_MAX_REQS'], [['FCGI_MAX_REQS', '16384']]],
    ['known names and not the others', ['X', 'FCGI_MPXS_CONNS', ''], [['FCGI_MPXS_CONNS', '1']]],
    [
      'a name once that was asked for twice',
      ['FCGI_MAX_REQS', 'FCGI_MAX_REQS'],
      [['FCGI_MAX_REQS', '16384']],
    ],
    ['nothing where nothing was asked for', [], []],
    ['nothing where case differs', ['fcgi_max_reqs'], []],
  ] as const)('GET_VALUES_RESULT has %s', async (_name, names, expected) => {
    const { type, content } = await ask(getValues(names));
    expect(type).toBe(Type.getValuesResult);
    expect(new Uint8Array(content)).toEqual(pairs(expected));
  });

  test('values that are asked for with a value are answered all the same', async () => {
    const { content } = await ask(record(Type.getValues, 0, pairs([['FCGI_MPXS_CONNS', 'yes?']])));
    expect(new Uint8Array(content)).toEqual(pairs([['FCGI_MPXS_CONNS', '1']]));
  });

  test('lengths in four bytes are understood', async () => {
    const name = pair('FCGI_MAX_CONNS', '', { name: 4, value: 4 });
    expect(new Uint8Array((await ask(record(Type.getValues, 0, name))).content)).toEqual(
      pairs([['FCGI_MAX_CONNS', '16384']]),
    );
  });

  test('names that are cut off end the connection', async () => {
    const connection = await probe().connect();
    connection.send(record(Type.getValues, 0, [20, 0, 0x46]));
    expect(await connection.end()).toBe('end');
  });

  test('a thousand of them are answered in order', async () => {
    const connection = await probe().connect();
    const types = Array.from({ length: 1_000 }, (_, index) => 12 + (index % 244));
    connection.send(...types.map((type) => record(type, 0)));
    for (const type of types) expect((await connection.management()).content[0]).toBe(type);
  });

  test('every type that is not defined is answered with UNKNOWN_TYPE and its number', async () => {
    const types = Array.from({ length: 256 }, (_, type) => type).filter(
      (type) => type === 0 || type > Math.max(...MANAGEMENT),
    );
    const connection = await probe().connect();
    connection.send(...types.map((type) => record(type, 0, 'content')));
    for (const type of types) {
      const { id, content, type: answered } = await connection.management();
      expect([answered, id, ...content]).toEqual([Type.unknownType, 0, type, 0, 0, 0, 0, 0, 0, 0]);
    }
  });

  test('they are answered while a request waits, and need no request', async () => {
    const connection = await probe().connect();
    connection.send(request('/slow?ms=300'), getValues(['FCGI_MPXS_CONNS']));
    await connection.management();
    expect(connection.answers).toEqual([]);
    expect((await connection.answer(1)).text).toBe('slow');
    connection.send(join(record(50, 0), getValues([])));
    expect((await connection.management()).type).toBe(Type.unknownType);
    expect((await connection.management()).content.length).toBe(0);
  });
});
