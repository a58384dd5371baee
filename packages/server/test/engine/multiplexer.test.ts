import { RemoteProtocolError } from '@fcgi-js/protocol';
import { chunkings, cutAt, hex, join, record, specificationVectors } from 'test-support';
import { describe, expect, test } from 'vitest';
import { joinPieces, Recorder, type Surroundings } from '../support/multiplexing.ts';
import { begin, data, params, paramsRecord, post, stdin } from '../support/wire.ts';

const P = { A: '1' };
/** The beginning of one more record: nothing comes of it. */
const UNFINISHED = hex('01 05 0001 0003 00');

/** Checks that bytes give these events in every chunking, bodies in one piece or several. */
function expectEvents(bytes: Uint8Array, expected: readonly string[], surroundings?: Surroundings): void {
  const different: unknown[] = [];
  for (const { name, chunks } of chunkings(bytes, UNFINISHED)) {
    const events = new Recorder(surroundings).push(...chunks);
    if (joinPieces(events) !== joinPieces(expected)) different.push({ name, events });
  }
  expect(different.slice(0, 2)).toEqual([]);
}

function exampleBytes(number: number): Uint8Array {
  return specificationVectors.find(({ name }) => name === `example ${number}, from the web server`)!.bytes;
}

describe('the examples of the specification', () => {
  const head = 'SERVER_PORT=80 SERVER_ADDR=199.170.183.42';

  test('a request without a body', () => {
    expectEvents(exampleBytes(1), [`request 1 role 1: ${head}`, 'stdin 1 ends']);
  });

  test('a pair that begins in one PARAMS record and ends in the next, and a body', () => {
    expectEvents(exampleBytes(2), [
      `request 1 role 1: ${head}`,
      'stdin 1 "quantity=100&item=3047936"',
      'stdin 1 ends',
    ]);
  });

  test('two requests at once', () => {
    expectEvents(exampleBytes(4), [
      `request 1 role 1 kept: ${head}`,
      'stdin 1 ends',
      `request 2 role 1 kept: ${head}`,
      'stdin 2 ends',
    ]);
  });
});

describe('roles', () => {
  test('a responder gets STDIN, and DATA is discarded', () => {
    const bytes = join(begin(1), params(1, P), data(1, 'no'), stdin(1, 'yes'), data(1), stdin(1));
    expectEvents(bytes, ['request 1 role 1: A=1', 'stdin 1 "yes"', 'stdin 1 ends']);
  });

  test('a filter gets STDIN, then DATA', () => {
    const bytes = join(
      begin(1, { role: 3 }),
      params(1, { CONTENT_LENGTH: '2', FCGI_DATA_LENGTH: '3' }),
      stdin(1, 'ab'),
      stdin(1),
      data(1, 'cde'),
      data(1),
    );
    expectEvents(bytes, [
      'request 1 role 3: CONTENT_LENGTH=2 FCGI_DATA_LENGTH=3',
      'stdin 1 "ab"',
      'stdin 1 ends',
      'data 1 "cde"',
      'data 1 ends',
    ]);
  });

  test.each(['early', ''])('of a filter, DATA %j before the end of STDIN is refused', (early) => {
    const bytes = join(
      begin(1, { role: 3 }),
      params(1, P),
      stdin(1, 'half'),
      data(1, early),
      stdin(1),
      data(1, 'x'),
      data(1),
    );
    const events = new Recorder().push(bytes);
    expect(events).toEqual([
      'request 1 role 3: A=1',
      'stdin 1 "half"',
      'body of 1 refused FCGI_STREAM_OUT_OF_ORDER 400 Bad Request',
      'data 1 goes on',
    ]);
  });

  test('of a filter, a file of no length ends with STDIN, whose end may come by itself or by CONTENT_LENGTH', () => {
    const lengths = { CONTENT_LENGTH: '2', FCGI_DATA_LENGTH: '0' };
    expectEvents(join(begin(1, { role: 3 }), params(1, lengths), stdin(1, 'ab')), [
      'request 1 role 3: CONTENT_LENGTH=2 FCGI_DATA_LENGTH=0',
      'stdin 1 "ab"',
      'stdin 1 ends',
      'data 1 ends',
    ]);
    expectEvents(join(begin(1, { role: 3 }), params(1, { FCGI_DATA_LENGTH: '0' }), stdin(1), data(1)), [
      'request 1 role 3: FCGI_DATA_LENGTH=0',
      'stdin 1 ends',
      'data 1 ends',
    ]);
  });

  test('of a filter, both bodies of no length end with the params', () => {
    const lengths = { CONTENT_LENGTH: '0', FCGI_DATA_LENGTH: '0' };
    expectEvents(join(begin(1, { role: 3 }), params(1, lengths)), [
      'request 1 role 3: CONTENT_LENGTH=0 FCGI_DATA_LENGTH=0',
      'stdin 1 ends',
      'data 1 ends',
    ]);
  });

  test('an authorizer gets no body, with STDIN or without', () => {
    const bytes = join(begin(1, { role: 2 }), params(1, { CONTENT_LENGTH: '3' }));
    expectEvents(bytes, ['request 1 role 2: CONTENT_LENGTH=3']);
    expectEvents(join(bytes, stdin(1, 'abc'), stdin(1)), ['request 1 role 2: CONTENT_LENGTH=3']);
  });

  test.each([0, 4, 9, 256, 65_535])('role %i, which does not exist, is refused', (role) => {
    expectEvents(join(begin(1, { role, keepConn: true }), params(1, P), stdin(1)), [
      'refuse 1 kept FCGI_ROLE_UNKNOWN 501 Not Implemented',
    ]);
  });

  test('a role without a handler is refused', () => {
    expectEvents(begin(1, { role: 3 }), ['refuse 1 FCGI_ROLE_UNKNOWN 501 Not Implemented'], {
      roles: [1, 2],
    });
  });
});

describe('flags', () => {
  test.each([
    [0, false],
    [1, true],
    [2, false],
    [254, false],
    [255, true],
  ])('%i: only the lowest bit says whether the connection is kept', (flags, kept) => {
    expectEvents(join(begin(1, { flags }), params(1, P)), [`request 1 role 1${kept ? ' kept' : ''}: A=1`]);
  });
});

describe('PARAMS', () => {
  test('may come in any number of records, cut anywhere', () => {
    const whole = paramsRecord(1, { FIRST: 'one', SECOND: 'x'.repeat(300) }).subarray(8);
    for (let at = 1; at < whole.length; at += 1) {
      const bytes = join(
        begin(1),
        record(4, 1, whole.subarray(0, at)),
        record(4, 1, whole.subarray(at)),
        record(4, 1),
      );
      expect(new Recorder().push(bytes)).toEqual([`request 1 role 1: FIRST=one SECOND=${'x'.repeat(300)}`]);
    }
  });

  test('may be none at all', () => {
    expectEvents(join(begin(1), record(4, 1)), ['request 1 role 1: ']);
  });

  test('after their end count for nothing, whether empty or not', () => {
    const bytes = join(begin(1), params(1, P), record(4, 1), params(1, { B: '2' }), stdin(1));
    expectEvents(bytes, ['request 1 role 1: A=1', 'stdin 1 ends']);
  });

  test('that end in the middle of a pair are refused', () => {
    const bytes = join(begin(1, { keepConn: true }), record(4, 1, '\x05\x05NAME'), record(4, 1));
    expectEvents(bytes, ['refuse 1 kept FCGI_PARAMS_TOO_LARGE 400 Bad Request']);
  });
});

describe('STDIN', () => {
  test.each(['early', ''])('%j before the end of PARAMS is refused', (early) => {
    const bytes = join(begin(1), stdin(1, early), params(1, P), stdin(1, 'x'), stdin(1));
    expectEvents(bytes, ['refuse 1 FCGI_STREAM_OUT_OF_ORDER 400 Bad Request']);
  });

  test('comes as it arrives, before its record is complete', () => {
    const recorder = new Recorder();
    recorder.push(begin(1), params(1, { CONTENT_LENGTH: '6' }));
    const [first, second, third] = cutAt(join(stdin(1, 'abcdef'), stdin(1)), [10, 12]);
    expect(recorder.push(first!)).toEqual(['stdin 1 "ab"']);
    expect(recorder.push(second!)).toEqual(['stdin 1 "cd"']);
    expect(recorder.push(third!)).toEqual(['stdin 1 "ef"', 'stdin 1 ends']);
  });

  test('ends with the last byte of CONTENT_LENGTH, and what follows is discarded and told once', () => {
    const bytes = join(
      begin(1),
      params(1, { CONTENT_LENGTH: '4' }),
      stdin(1, 'ab'),
      stdin(1, 'cdEF'),
      stdin(1, 'G'),
    );
    expectEvents(bytes, [
      'request 1 role 1: CONTENT_LENGTH=4',
      'stdin 1 "ab"',
      'stdin 1 "cd"',
      'stdin 1 ends',
      'stdin 1 goes on',
    ]);
  });

  test('of a body of no length ends before it comes', () => {
    expectEvents(join(begin(1), params(1, { CONTENT_LENGTH: '0' })), [
      'request 1 role 1: CONTENT_LENGTH=0',
      'stdin 1 ends',
    ]);
  });

  test('that ends early tells how many bytes are missing', () => {
    const bytes = join(begin(1), params(1, { CONTENT_LENGTH: '10' }), stdin(1, 'abc'), stdin(1));
    expectEvents(bytes, ['request 1 role 1: CONTENT_LENGTH=10', 'stdin 1 "abc"', 'stdin 1 ends, 7 missing']);
  });

  test.each(['', '-1'])('with CONTENT_LENGTH=%j goes on to its empty record', (length) => {
    const bytes = join(
      begin(1),
      params(1, { CONTENT_LENGTH: length }),
      stdin(1, 'abc'),
      stdin(1),
      stdin(1, 'd'),
    );
    expectEvents(bytes, [
      `request 1 role 1: CONTENT_LENGTH=${length}`,
      'stdin 1 "abc"',
      'stdin 1 ends',
      'stdin 1 goes on',
    ]);
  });

  test('has the same bytes as the chunk, uncopied, where a record lies in one chunk', () => {
    const chunk = join(begin(1), params(1, P), stdin(1, 'body'));
    const recorder = new Recorder();
    recorder.multiplexer.push(chunk);
    recorder.next();
    const body = recorder.next();
    expect(body).toMatchObject({ kind: 'body' });
    expect(body?.kind === 'body' && body.content.buffer).toBe(chunk.buffer);
  });

  test('after which Cherokee sends eight zero bytes and one more empty record is nothing special', () => {
    const bytes = join(begin(1), params(1, P), stdin(1), new Uint8Array(8), stdin(1), begin(2), params(2, P));
    expectEvents(bytes, ['request 1 role 1: A=1', 'stdin 1 ends', 'request 2 role 1: A=1']);
  });
});

describe('a connection', () => {
  test('that brings BEGIN_REQUEST for an active ID breaks the protocol', () => {
    const recorder = new Recorder();
    recorder.push(begin(1));
    expect(() => recorder.push(begin(1))).toThrow(
      expect.objectContaining({
        name: 'RemoteProtocolError',
        code: 'FCGI_REQUEST_ID_ACTIVE',
        scope: 'connection',
      }),
    );
  });

  test.each([
    ['another version', hex('02 01 0001 0000 00 00')],
    ['a request of ID 0', begin(0)],
    ['GET_VALUES with a request ID', record(9, 1)],
    ['BEGIN_REQUEST of three bytes', record(1, 1, [0, 1, 0])],
    ['GET_VALUES that is cut off', record(9, 0, '\x0eFCGI')],
  ])('that brings %s breaks the protocol', (_, bytes) => {
    expect(() => new Recorder().push(bytes)).toThrow(RemoteProtocolError);
  });

  test('knows whether it ends in the middle of a record', () => {
    const recorder = new Recorder();
    recorder.push(begin(1));
    expect(recorder.multiplexer.midRecord).toBe(false);
    recorder.push(hex('01 05'));
    expect(recorder.multiplexer.midRecord).toBe(true);
  });

  test('lists its requests, in whatever phase', () => {
    const recorder = new Recorder();
    recorder.push(begin(1), begin(3), params(3, P), begin(5), params(5, P), stdin(5));
    expect([...recorder.multiplexer.requests()].map(({ requestId }) => requestId)).toEqual([1, 3, 5]);
  });

  test('notes when the last bytes of each request came', () => {
    const recorder = new Recorder();
    recorder.now = 100;
    recorder.push(begin(1));
    const [state] = recorder.multiplexer.requests();
    expect(state!.lastInput).toBe(100);
    recorder.now = 200;
    recorder.push(paramsRecord(1, P));
    // The time for the params runs from their beginning: a byte now and then must not prolong it.
    expect(state!.lastInput).toBe(100);
    recorder.push(record(4, 1));
    expect(state!.lastInput).toBe(200);
    recorder.now = 300;
    recorder.push(stdin(1, 'x'));
    expect(state!.lastInput).toBe(300);
  });
});

test('every ID from 1 to 65535 can be used, and used again', () => {
  const recorder = new Recorder();
  for (const requestId of [1, 2, 255, 256, 32_768, 65_534, 65_535, 1]) {
    expect(recorder.push(begin(requestId), params(requestId, P), stdin(requestId))).toEqual([
      `request ${requestId} role 1: A=1`,
      `stdin ${requestId} ends`,
    ]);
    recorder.multiplexer.end(recorder.states.get(requestId)!);
  }
});

test('three requests that interleave record by record are kept apart', () => {
  const bytes = join(
    ...[1, 2, 3].map((id) => begin(id, { keepConn: true })),
    ...[3, 1, 2].map((id) => paramsRecord(id, { ID: String(id) })),
    ...[2, 3, 1].map((id) => record(4, id)),
    ...[1, 3, 2, 1].map((id) => stdin(id, `of ${id}`)),
    ...[3, 1, 2].map((id) => stdin(id)),
  );
  expectEvents(bytes, [
    'request 2 role 1 kept: ID=2',
    'request 3 role 1 kept: ID=3',
    'request 1 role 1 kept: ID=1',
    'stdin 1 "of 1"',
    'stdin 3 "of 3"',
    'stdin 2 "of 2"',
    'stdin 1 "of 1"',
    'stdin 3 ends',
    'stdin 1 ends',
    'stdin 2 ends',
  ]);
});

test('padding of any length on every record changes nothing', () => {
  for (const padding of [1, 7, 8, 255]) {
    const bytes = join(
      record(1, 1, [0, 1, 0, 0, 0, 0, 0, 0], { padding }),
      record(4, 1, '\x01\x01A1', { padding }),
      record(4, 1, '', { padding }),
      record(5, 1, 'x', { padding }),
      record(5, 1, '', { padding }),
    );
    expect(new Recorder().push(bytes)).toEqual(['request 1 role 1: A=1', 'stdin 1 "x"', 'stdin 1 ends']);
  }
});

test('a body of unknown length that exceeds its limit is told once, and the rest is discarded', () => {
  const recorder = new Recorder({ limits: { bodyBytes: 5 } });
  const events = recorder.push(begin(1), params(1, post(5)), stdin(1, '12345'), stdin(1));
  expect(events.at(-1)).toBe('stdin 1 ends');
  const more = recorder.push(
    begin(2),
    params(2, P),
    stdin(2, '12345'),
    stdin(2, '6'),
    stdin(2, '7'),
    stdin(2),
  );
  expect(more.slice(0, 3)).toEqual([
    'request 2 role 1: A=1',
    'stdin 2 "12345"',
    'body of 2 refused FCGI_BODY_TOO_LARGE 413 Content Too Large',
  ]);
  recorder.multiplexer.end(recorder.states.get(2)!);
  expect(recorder.push(stdin(2, '8'))).toEqual([]);
  expect(recorder.multiplexer.discarded).toBe(2);
});
