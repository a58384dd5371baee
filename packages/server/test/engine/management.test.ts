import { RemoteProtocolError } from '@fcgi-js/protocol';
import { hex, join, latin1, pairs, toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { answerGetValues } from '../../src/engine/management.ts';
import { splitRecords } from '../support/received.ts';

const VALUES = { connections: 4_096, requests: 77 };

/** The one record that answers, with its content as text. */
function answer(content: Uint8Array) {
  const bytes = Buffer.from(answerGetValues(content, VALUES));
  const { length, records } = splitRecords(bytes);
  expect(length).toBe(bytes.length);
  expect(records).toHaveLength(1);
  const [record] = records;
  return { type: record!.type, requestId: record!.requestId, content: toLatin1(record!.content) };
}

describe('GET_VALUES', () => {
  test('is answered with the true figures', () => {
    const content = pairs([
      ['FCGI_MAX_CONNS', ''],
      ['FCGI_MAX_REQS', ''],
      ['FCGI_MPXS_CONNS', ''],
    ]);
    expect(answer(content)).toEqual({
      type: 10,
      requestId: 0,
      content: '\x0e\x04FCGI_MAX_CONNS4096\x0d\x02FCGI_MAX_REQS77\x0f\x01FCGI_MPXS_CONNS1',
    });
  });

  test('is answered with what was asked and nothing else', () => {
    expect(answer(pairs([['FCGI_MAX_REQS', '']])).content).toBe('\x0d\x02FCGI_MAX_REQS77');
  });

  test('for nothing is answered with nothing', () => {
    expect(answer(new Uint8Array(0))).toEqual({ type: 10, requestId: 0, content: '' });
  });

  test.each(['UNKNOWN', 'constructor', '__proto__', 'toString', 'fcgi_max_conns', 'FCGI_MAX_CONNS\0', ''])(
    'leaves out the unknown name %j',
    (name) => {
      const content = pairs([
        [name, ''],
        ['FCGI_MPXS_CONNS', ''],
      ]);
      expect(answer(content).content).toBe('\x0f\x01FCGI_MPXS_CONNS1');
    },
  );

  test('ignores the values that stand beside the names', () => {
    expect(answer(pairs([['FCGI_MPXS_CONNS', '0']])).content).toBe('\x0f\x01FCGI_MPXS_CONNS1');
  });

  test('answers each name once, however often it is asked for', () => {
    const content = pairs(Array.from({ length: 1_000 }, () => ['FCGI_MAX_CONNS', ''] as const));
    expect(answer(content).content).toBe('\x0e\x04FCGI_MAX_CONNS4096');
  });

  test('takes lengths in four bytes', () => {
    const content = join(hex('8000000f 80000000'), latin1('FCGI_MPXS_CONNS'));
    expect(answer(content).content).toBe('\x0f\x01FCGI_MPXS_CONNS1');
  });

  test.each([
    ['one byte', hex('0e')],
    ['a name that is cut off', join([14, 0], 'FCGI_MAX')],
    ['an announced length of 2 GiB', hex('ffffffff ffffffff 41')],
  ])('that holds %s is an error of the peer', (_, content) => {
    expect(() => answerGetValues(content, VALUES)).toThrow(RemoteProtocolError);
  });
});
