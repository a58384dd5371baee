import type { Direction } from '@fcgi-js/inspector';
import { ConnectionInspector, describeScanned, type Observation } from '@fcgi-js/inspector';
import { join, pairs, record } from 'test-support';
import { describe, expect, test } from 'vitest';

const begin = (id = 1, role = 1, flags = 1) => record(1, id, [0, role, flags, 0, 0, 0, 0, 0]);
const end = (id = 1, protocolStatus = 0) => record(3, id, [0, 0, 0, 0, protocolStatus, 0, 0, 0]);
const asked = (params: Uint8Array = pairs([['A', 'b']])) => join(begin(), record(4, 1, params), record(4, 1));
const input = (text = '') => (text === '' ? record(5, 1) : join(record(5, 1, text), record(5, 1)));
const HEAD = 'Status: 200 OK\r\n\r\n';
const output = (text = HEAD) => join(record(6, 1, text), record(6, 1));

type Step = readonly ['<' | '>', Uint8Array];

/** Everything that is found in a connection, as `level > offset: message (rule)`. */
function findings(steps: readonly Step[], seen: 'both' | Direction = 'both', piece = 65_536): string[] {
  const watch = new ConnectionInspector(seen);
  const all: Observation[] = [];
  for (const [sign, bytes] of steps) {
    const direction = sign === '>' ? 'to-application' : 'from-application';
    for (let from = 0; from < bytes.length; from += piece) {
      all.push(...watch.push(direction, bytes.subarray(from, from + piece)));
    }
  }
  all.push(...watch.end('to-application'), ...watch.end('from-application'), ...watch.close());
  return all.flatMap(({ direction, findings: found }) =>
    found.map(
      ({ level, message, offset, rule }) =>
        `${level} ${direction === 'to-application' ? '>' : '<'} ${offset}: ${message} (${rule})`,
    ),
  );
}

const whole: Step[] = [
  ['>', join(asked(), input())],
  ['<', join(output(), end())],
];

test('nothing is found in a connection that keeps the rules', () => {
  expect(findings(whole)).toEqual([]);
  expect(findings(whole.slice(0, 1), 'to-application')).toEqual([]);
  expect(findings(whole.slice(1), 'from-application')).toEqual([]);
  const aborted: Step[] = [
    ['>', join(asked(), record(2, 1))],
    ['<', end()],
  ];
  expect(findings([...aborted, ...whole])).toEqual([]);
});

/** What is wrong, and what is found. */
const cases: ReadonlyArray<readonly [finding: string, steps: readonly Step[]]> = [
  [
    'error > 0: 4 bytes that are no record',
    [
      ['>', join([9, 9, 9, 9], asked(), input())],
      ['<', join(output(), end())],
    ],
  ],
  [
    'error < 0: 14 bytes that are no record: a record begins with its version, 1. This is HTTP.',
    [['<', join('HTTP/1.1 200\r\n')]],
  ],
  ['notice > 0: Eight zero bytes', [['>', new Uint8Array(8)], ...whole]],
  ['error > 44: The stream ends after 3 of 8 bytes of a header', [...whole, ['>', Uint8Array.of(1, 1, 0)]]],
  [
    'error > 44: The stream ends after 10 of 16 bytes of a record',
    [...whole, ['>', begin().subarray(0, 10)]],
  ],
  ['notice > 7: The reserved byte of the header is 5', [['>', record(9, 0, '', { reserved: 5 })]]],
  ['notice > 9: The padding has other bytes than zeros', [['>', record(9, 0, '\0', { padding: 2 })]]],
  ['notice > 6: BEGIN_REQUEST with padding', [['>', record(1, 1, [0, 1, 1, 0, 0, 0, 0, 0], { padding: 1 })]]],
  ['notice > 22: An empty PARAMS with padding', [['>', join(begin(), record(4, 1, '', { padding: 8 }))]]],
  [
    'notice > 20: With its padding this is more than 65,535 bytes',
    [
      [
        '>',
        join(
          begin(),
          record(
            4,
            1,
            pairs([
              ['A', 'b'.repeat(65_000)],
              ['C', 'd'.repeat(519)],
            ]),
            { padding: 8 },
          ),
        ),
      ],
    ],
  ],
  ['error > 2: GET_VALUES is a management record: its id must be 0, but it is 7', [['>', record(9, 7)]]],
  ['error > 2: PARAMS belongs to a request: its id must not be 0', [['>', record(4, 0)]]],
  [
    'error > 1: FastCGI 1.0 has no record of type 99; an application answers with UNKNOWN_TYPE. (FastCGI 1.0 §4.2)',
    [['>', record(99, 0)]],
  ],
  ['error > 1: FastCGI 1.0 has no record of type 0; it is ignored. (FastCGI 1.0 §8)', [['>', record(0, 1)]]],
  [
    'error > 1: STDOUT is sent by the application, never to it. (FastCGI 1.0, appendix A)',
    [['>', record(6, 1)]],
  ],
  ['error < 1: STDIN is sent by the web server', [['<', record(5, 1)]]],
  [
    'error > 4: The content of BEGIN_REQUEST has 8 bytes, but here it has 7. (FastCGI 1.0 §5.1)',
    [['>', record(1, 1, '1234567')]],
  ],
  [
    'error > 4: The content of ABORT_REQUEST has 0 bytes, but here it has 1. (FastCGI 1.0 §5.4)',
    [['>', record(2, 1, 'x')]],
  ],
  ['error > 8: There are the roles 1, 2 and 3, but this is 9', [['>', begin(1, 9)]]],
  ['notice > 10: Of the flags (3) only the lowest bit', [['>', begin(1, 1, 3)]]],
  [
    'notice > 11: Reserved bytes are not zero. (FastCGI 1.0 §5.1)',
    [['>', record(1, 1, [0, 1, 0, 0, 0, 0, 0, 1])]],
  ],
  ['error < 12: There are the protocolStatus 0 to 3, but this is 9', [['<', end(1, 9)]]],
  [
    'notice < 13: Reserved bytes are not zero. (FastCGI 1.0 §5.5)',
    [['<', record(3, 1, [0, 0, 0, 0, 0, 0, 0, 1])]],
  ],
  ['error > 2: No request with the id 1 has begun', [['>', record(4, 1, pairs([['A', 'b']]))]]],
  ['error < 52: No request with the id 2 has begun', [...whole, ['<', record(6, 2, 'x')]].slice(1) as Step[]],
  ['error > 18: The id 1 is that of a request that has not ended', [['>', join(begin(), begin())]]],
  [
    'notice > 16: 1 other on this connection has not ended: this is multiplexed',
    [['>', join(begin(), begin(2))]],
  ],
  [
    'error > 44: The request before had no FCGI_KEEP_CONN',
    [
      ['>', join(begin(1, 1, 0), asked().subarray(16), input())],
      ['<', join(output(), end())],
      ['>', begin(2)],
    ],
  ],
  [
    'notice > 38: Request 1 had ended already; the record is ignored',
    [
      ['>', asked()],
      ['<', join(output(), end())],
      ['>', join(input(), record(5, 1))],
    ],
  ],
  ['error < 52: STDOUT after the END_REQUEST of request 1', [...whole, ['<', record(6, 1, 'late')]]],
  ['error < 52: END_REQUEST after the END_REQUEST of request 1', [...whole, ['<', end()]]],
  ['error > 36: More of PARAMS after its end', [['>', join(asked(), record(4, 1, pairs([['C', 'd']])))]]],
  ['error > 16: STDIN comes before the end of PARAMS', [['>', join(begin(), record(5, 1, 'x'))]]],
  [
    'error < 0: STDOUT comes before the end of PARAMS',
    [
      ['>', begin()],
      ['<', record(6, 1, HEAD)],
    ],
  ],
  ['error > 36: DATA is for filters only', [['>', join(asked(), record(8, 1, 'x'))]]],
  [
    'error > 36: DATA comes before the end of STDIN',
    [['>', join(begin(1, 3), asked().subarray(16), record(8, 1, 'x'))]],
  ],
  [
    'error > 29: PARAMS end in the middle of a name or value',
    [['>', join(begin(), record(4, 1, [1, 9, 65, 66, 66]), record(4, 1))]],
  ],
  ['notice > 24: A param has an empty name', [['>', asked(pairs([['', 'x']]))]]],
  [
    'notice > 24: The param A is there twice',
    [
      [
        '>',
        asked(
          pairs([
            ['A', 'x'],
            ['A', 'y'],
          ]),
        ),
      ],
    ],
  ],
  ['error > 24: The param "A\\u0000" has a NUL', [['>', asked(pairs([['A\0', 'x']]))]]],
  [
    'error > 60: CONTENT_LENGTH announces 5 bytes, but STDIN has 3. (FastCGI 1.0 §6.2)',
    [['>', join(asked(pairs([['CONTENT_LENGTH', '5']])), input('abc'))]],
  ],
  [
    'error < 0: Line 1 of the head',
    [
      ['>', join(asked(), input())],
      ['<', output('PHP Warning\n\n')],
    ],
  ],
  [
    'error < 0: The request has ended without STDOUT',
    [
      ['>', join(asked(), input())],
      ['<', end()],
    ],
  ],
  [
    'error < 22: The request has ended without a whole head',
    [
      ['>', join(asked(), input())],
      ['<', join(output('Status: 200 O').subarray(0, 21), record(6, 1), end())],
    ].map(([sign, bytes], index) =>
      index === 1 ? [sign, join(record(6, 1, 'Status'), record(6, 1), end())] : [sign, bytes],
    ) as Step[],
  ],
  [
    'notice < 26: STDOUT did not end with an empty record',
    [
      ['>', join(asked(), input())],
      ['<', join(record(6, 1, HEAD), end())],
    ],
  ],
  [
    'notice < 0: The application does not offer the role FILTER',
    [
      ['>', join(begin(1, 3), asked().subarray(16))],
      ['<', end(1, 3)],
    ],
  ],
  ['error < 0: Request 1: PARAMS and STDIN never ended', [['>', begin()]]],
  [
    'error < 0: Request 1: the connection ended without END_REQUEST. (FastCGI 1.0 §5.5)',
    [['>', join(asked(), input())]],
  ],
  ['error < 0: GET_VALUES did not come before it', [['<', record(10, 0)]]],
];

describe.each([65_536, 1])('in pieces of %i bytes', (piece) => {
  test.each(cases)('%s', (finding, steps) => {
    expect(findings(steps, 'both', piece)).toContainEqual(expect.stringContaining(finding));
  });
});

test('after bytes that are no record it goes on with the next record, wherever they are cut', () => {
  const garbage = join('PHP Warning:  oops\n', [1, 6, 0, 1], 'x'.repeat(100_000));
  const steps: Step[] = [
    ['>', join(asked(), input())],
    ['<', join(record(6, 1, HEAD), garbage, record(6, 1), end())],
  ];
  for (const piece of [1_000_000, 7, 4_096]) {
    expect(findings(steps, 'both', piece)).toEqual([
      `error < 26: ${garbage.length} bytes that are no record: a record begins with its version, 1. (FastCGI 1.0 §3.3)`,
    ]);
  }
});

test.each([
  [1_048_576, [], 'A'],
  [
    1_048_577,
    ['notice > 1040144: PARAMS have more than 1048576 bytes: the rest of them is not looked at. (undefined)'],
    undefined,
  ],
])('of the params of a request 1,048,576 bytes are looked at: of %i', (length, found, name) => {
  const list = pairs([['A', 'x'.repeat(length - 6)]]);
  expect(list).toHaveLength(length);
  const records: Uint8Array[] = [];
  for (let from = 0; from < length; from += 65_000) {
    records.push(record(4, 1, list.subarray(from, from + 65_000)));
  }
  const steps: Step[] = [
    ['>', join(begin(), ...records, record(4, 1), input())],
    ['<', join(output(), end())],
  ];
  expect(findings(steps)).toEqual(found);
  const params = [...new ConnectionInspector('both').push('to-application', steps[0]![1])].flatMap(
    (one) => one.params,
  );
  expect(params.map(([first]) => first)).toEqual(name === undefined ? [] : [name]);
});

test('GET_VALUES whose lengths no record can hold are described as far as they can be read', () => {
  const lies = join(pairs([['FCGI_MAX_REQS', '']]), new Uint8Array(8).fill(0xff));
  const [observation] = new ConnectionInspector('both').push('to-application', record(9, 0, lies));
  expect(observation?.scanned && describeScanned(observation.scanned)).toBe('FCGI_MAX_REQS not readable');
});
