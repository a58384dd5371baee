import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RemoteProtocolError } from '@fcgi-js/protocol';
import { Params } from '@fcgi-js/server';
import { hex, join, pair, pairs, pattern, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { PlacedNames } from '../../src/cgi/name-keys.ts';

const LIMITS = { bytes: 1_000_000, pairs: 1_000 };

function decode(...parts: Uint8Array[]): Params {
  return Params.decode(Buffer.from(join(...parts)), LIMITS);
}

const three = () =>
  decode(
    pairs([
      ['SERVER_PORT', '80'],
      ['QUERY_STRING', ''],
      ['SCRIPT_NAME', '/app'],
    ]),
  );

describe('a name', () => {
  test('gives its value', () => {
    expect(three().get('SERVER_PORT')).toBe('80');
    expect(three().has('SERVER_PORT')).toBe(true);
  });

  test('that came with an empty value is there', () => {
    expect(three().get('QUERY_STRING')).toBe('');
    expect(three().has('QUERY_STRING')).toBe(true);
  });

  test.each([
    'PATH_INFO',
    'server_port',
    'SERVER_POR',
    'SERVER_PORT8',
    'SERVER_PORT80',
    '',
    '80',
    'toString',
  ])('that did not come, like %j, is not there', (name) => {
    expect(three().get(name)).toBeUndefined();
    expect(three().has(name)).toBe(false);
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'get', 'length', '0', '4294967295'])(
    '%j is a name like any other',
    (name) => {
      const params = decode(pair(name, 'value'));
      expect(params.get(name)).toBe('value');
      expect([...params]).toEqual([[name, 'value']]);
      expect(params.get('toString')).toBeUndefined();
    },
  );

  test('may be empty', () => {
    expect(decode(pair('', 'value')).get('')).toBe('value');
  });

  test('may hold any byte, and so may its value', () => {
    const bytes = toLatin1(pattern(256));
    const params = decode(pair(bytes, bytes));
    expect(params.get(bytes)).toBe(bytes);
    expect(Buffer.from(params.get(bytes)!, 'latin1')).toEqual(Buffer.from(pattern(256)));
  });

  test('with a length in four bytes is the same as with one byte', () => {
    expect(decode(pair('A', 'b', { name: 4, value: 4 })).get('A')).toBe('b');
  });

  test('that stands inside another value is not found there', () => {
    const params = decode(
      pairs([
        ['A', 'SERVER_PORT'],
        ['SERVER_POR', 'T'],
      ]),
    );
    expect(params.get('SERVER_PORT')).toBeUndefined();
    expect(params.get('SERVER_POR')).toBe('T');
  });
});

describe('a value of raw bytes', () => {
  test('has one character for each byte: nothing is decoded as UTF-8', () => {
    const params = decode(pair('PATH_INFO', join('/caf', [0xc3, 0xa9], '/', [0xe9, 0xff])));
    expect(params.get('PATH_INFO')).toBe('/cafÃ©/\xe9\xff');
    expect(Buffer.from(params.get('PATH_INFO')!, 'latin1').toString('hex')).toBe('2f636166c3a92fe9ff');
  });

  test('may hold CR, LF and NUL, which is for the application to judge', () => {
    expect(decode(pair('PATH_INFO', '/a\r\nb\0c')).get('PATH_INFO')).toBe('/a\r\nb\0c');
  });
});

describe('a name that came more than once', () => {
  const params = decode(
    pairs([
      ['SCRIPT_NAME', '/foo'],
      ['PATH_INFO', '/foo'],
      ['SCRIPT_NAME', ''],
      ['SCRIPT_NAME', '/last'],
    ]),
  );

  test('has its last value, as nginx intends', () => {
    expect(params.get('SCRIPT_NAME')).toBe('/last');
    expect(new Map(params).get('SCRIPT_NAME')).toBe('/last');
  });

  test('has an empty value if the last one is', () => {
    expect(
      decode(
        pairs([
          ['A', 'x'],
          ['A', ''],
        ]),
      ).get('A'),
    ).toBe('');
  });

  test('counts once, and comes once when the params are gone through', () => {
    expect(params.size).toBe(2);
    expect([...params.keys()]).toEqual(['SCRIPT_NAME', 'PATH_INFO']);
  });

  test('is there as often as it came, in the order in which it came, for those who ask', () => {
    expect([...params.received()]).toEqual([
      ['SCRIPT_NAME', '/foo'],
      ['PATH_INFO', '/foo'],
      ['SCRIPT_NAME', ''],
      ['SCRIPT_NAME', '/last'],
    ]);
  });
});

describe('params are gone through like a Map', () => {
  const entries = [
    ['SERVER_PORT', '80'],
    ['QUERY_STRING', ''],
    ['SCRIPT_NAME', '/app'],
  ];

  test('by entries, keys and values', () => {
    const params = three();
    expect(params.size).toBe(3);
    expect([...params]).toEqual(entries);
    expect([...params.entries()]).toEqual(entries);
    expect([...params.keys()]).toEqual(['SERVER_PORT', 'QUERY_STRING', 'SCRIPT_NAME']);
    expect([...params.values()]).toEqual(['80', '', '/app']);
    expect(new Map(params)).toEqual(new Map(three()));
    expect(Object.fromEntries(params)).toEqual({ SERVER_PORT: '80', QUERY_STRING: '', SCRIPT_NAME: '/app' });
  });

  test('and print their names and values, with console.log() and as JSON', () => {
    expect(inspect(three())).toBe(`Params ${inspect(new Map(three()))}`);
    expect(inspect({ params: three() }, { depth: 1 })).toContain("'SERVER_PORT' => '80'");
    expect(JSON.parse(JSON.stringify(three()))).toEqual(Object.fromEntries(three()));
  });

  test('by forEach, which gives value, name and the params', () => {
    const params = three();
    const seen: unknown[] = [];
    params.forEach((value, name, all) => {
      seen.push([name, value, all === params]);
    });
    expect(seen).toEqual(entries.map(([name, value]) => [name, value, true]));
  });

  test('where there are none', () => {
    const params = decode();
    expect(params.size).toBe(0);
    expect([...params]).toEqual([]);
    expect(params.get('A')).toBeUndefined();
  });
});

test('the bytes may be reused after decoding', () => {
  const bytes = Buffer.from(pair('NAME', 'value'));
  const params = Params.decode(bytes, LIMITS);
  bytes.fill(0x41);
  expect([...params]).toEqual([['NAME', 'value']]);
});

test('params can be made of names and values', () => {
  const list = [
    ['A', '1'],
    ['', ''],
    ['B', 'caf\xe9'],
    ['A', '2'],
  ] as const;
  const params = Params.from(list);
  expect([...params.received()]).toEqual(list);
  expect(params.get('A')).toBe('2');
  expect(params.get('B')).toBe('caf\xe9');
  expect([...Params.from(new Map([['X', 'y']]))]).toEqual([['X', 'y']]);
  expect([...Params.from(params)]).toEqual([...params]);
});

describe('params that are not acceptable', () => {
  test.each([
    ['end after a length', hex('04')],
    ['end after both lengths', hex('04 00')],
    ['end inside a name', join([4, 0], 'NAM')],
    ['end inside a value', join([1, 2], 'Av')],
    ['announce 2 GiB', hex('ffffffff ffffffff')],
    ['have lengths whose sum overflows 31 bits', join(hex('ffffffff ffffffff'), 'NAME')],
  ])('%s', (_, bytes) => {
    expect(() => Params.decode(Buffer.from(bytes), LIMITS)).toThrow(RemoteProtocolError);
  });

  test('are more than the limit', () => {
    const bytes = Buffer.from(
      pairs([
        ['A', '1'],
        ['B', '2'],
        ['C', '3'],
      ]),
    );
    expect(Params.decode(bytes, { bytes: 12, pairs: 3 }).size).toBe(3);
    expect(() => Params.decode(bytes, { bytes: 12, pairs: 2 })).toThrow(RemoteProtocolError);
    expect(() => Params.decode(bytes, { bytes: 11, pairs: 3 })).toThrow(RemoteProtocolError);
  });
});

test.each(['caf\u0119', '\u010a', '\ud83d\ude00'])(
  '%j, which is not one byte a character, is refused',
  (text) => {
    expect(() => Params.from([['X', text]])).toThrow(TypeError);
    expect(() => Params.from([[text, 'x']])).toThrow(/one byte/);
  },
);

test('a value that an application keeps does not keep the params it came with', () => {
  const collect = exposeGc();
  const kept: string[] = [];
  const keep = (i: number) => {
    const address = `2001:db8::${i.toString(16)}:1:2:3`;
    const params = decode(
      pairs([
        ['HTTP_COOKIE', pattern(20_000)],
        ['REMOTE_ADDR', address],
      ]),
    );
    const names: string[] = [];
    params.each(new PlacedNames('REMOTE_', (name) => name), (name, value) => kept.push(value, name));
    names.push(...params.keys());
    kept.push(params.get('REMOTE_ADDR')!, ...names, ...[...params.values()].slice(1));
  };
  keep(0);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 1; i <= 1_000; i += 1) keep(i);
  collect();
  // 20 MB if each of them did.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  expect(kept).toHaveLength(1_001 * 6);
});

/** What `node --expose-gc` gives. */
function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

test('of bytes that change after they were released, values stay', () => {
  const value = 'a value of more than a few bytes';
  const bytes = Buffer.from(join(pair('LONG', value), pair('SHORT', 'b')));
  const params = Params.decodeInPlace(bytes, LIMITS);
  expect(params.get('LONG')).toBe(value);
  Params.releaseBytes();
  bytes.fill('x');
  expect([params.get('LONG'), params.get('SHORT')]).toEqual([value, 'b']);
});

test('values of earlier params are their own, while those that came last are in place', () => {
  const [first, second] = ['of the first of two requests', 'of the other one of these requests'].map(
    (value) => Params.decodeInPlace(Buffer.from(pair('NAME', value)), LIMITS),
  );
  expect(second!.get('NAME')).toBe('of the other one of these requests');
  expect(first!.get('NAME')).toBe('of the first of two requests');
  expect(second!.get('NAME')).toBe('of the other one of these requests');
});
