import { chunkings, hex, join, record } from 'test-support';
import { describe, expect, test } from 'vitest';
import { Recorder, type Surroundings } from '../support/multiplexing.ts';
import { abort, begin, data, params, paramsRecord, stdin } from '../support/wire.ts';

const P = { A: '1' };
/** The beginning of one more record: nothing comes of it. */
const UNFINISHED = hex('01 05 0001 0003 00');

/** Checks that bytes give these events in every chunking. */
function expectEvents(bytes: Uint8Array, expected: readonly string[], surroundings?: Surroundings): void {
  const different: unknown[] = [];
  for (const { name, chunks } of chunkings(bytes, UNFINISHED)) {
    const events = new Recorder(surroundings).push(...chunks);
    if (events.join('\n') !== expected.join('\n')) different.push({ name, events });
  }
  expect(different.slice(0, 2)).toEqual([]);
}

describe('management records', () => {
  test('are answered before, in and after a request', () => {
    const getValues = record(9, 0, '\x0f\x00FCGI_MPXS_CONNS');
    const bytes = join(getValues, begin(1), getValues, params(1, P), getValues, stdin(1), getValues);
    const reply = `reply ${Buffer.from('\x01\x0a\0\0\0\x12\x06\0\x0f\x01FCGI_MPXS_CONNS1\0\0\0\0\0\0').toString('hex')}`;
    expectEvents(bytes, [reply, reply, 'request 1 role 1: A=1', reply, 'stdin 1 ends', reply]);
  });

  test('tell the limits of connections and requests', () => {
    const recorder = new Recorder({ limits: { connections: 12, requests: 34 } });
    recorder.push(record(9, 0, '\x0e\x00FCGI_MAX_CONNS\x0d\x00FCGI_MAX_REQS'));
    const [reply] = recorder.events;
    const text = Buffer.from(reply?.kind === 'reply' ? reply.bytes : '').toString('latin1');
    expect(text).toContain('FCGI_MAX_CONNS12');
    expect(text).toContain('FCGI_MAX_REQS34');
  });

  test.each([0, 12, 99, 255])('of the unknown type %i are answered with UNKNOWN_TYPE', (type) => {
    const answer = Buffer.from(
      hex(`01 0b 0000 0008 00 00 ${type.toString(16).padStart(2, '0')} 00000000000000`),
    );
    // With content, because eight zero bytes are none of these.
    expectEvents(join(record(type, 0, 'abc'), begin(1), params(1, P)), [
      `reply ${answer.toString('hex')}`,
      'request 1 role 1: A=1',
    ]);
  });

  test.each([10, 11])('of type %i, which only applications send, are ignored', (type) => {
    expectEvents(join(record(type, 0, new Uint8Array(8)), begin(1), params(1, P)), ['request 1 role 1: A=1']);
  });
});

describe('records that belong to no request', () => {
  test.each([2, 4, 5, 8, 12, 255])('of type %i are ignored', (type) => {
    const stray = join(record(type, 9, 'abc'), record(type, 9));
    const bytes = join(stray, begin(1), stray, params(1, P), stray, stdin(1), stray);
    expectEvents(bytes, ['request 1 role 1: A=1', 'stdin 1 ends']);
  });

  test.each([
    [3, new Uint8Array(8)],
    [6, 'out'],
    [7, 'err'],
  ])('and those of type %i, which only applications send, are ignored', (type, content) => {
    expectEvents(join(begin(1), record(type, 1, content), params(1, P), record(type, 1, content), stdin(1)), [
      'request 1 role 1: A=1',
      'stdin 1 ends',
    ]);
  });

  test('are counted as discarded until the next request begins', () => {
    const recorder = new Recorder();
    recorder.push(stdin(1, 'four'), data(2, 'seven__'), record(4, 3, 'x'), record(77, 4, 'yz'));
    expect(recorder.multiplexer.discarded).toBe(14);
    recorder.push(begin(1));
    expect(recorder.multiplexer.discarded).toBe(0);
  });
});

describe('ABORT_REQUEST', () => {
  test.each([
    ['before PARAMS', join(begin(1)), []],
    ['in PARAMS', join(begin(1), paramsRecord(1, P)), []],
    ['before STDIN', join(begin(1), params(1, P)), ['request 1 role 1: A=1']],
    ['in STDIN', join(begin(1), params(1, P), stdin(1, 'x')), ['request 1 role 1: A=1', 'stdin 1 "x"']],
    ['after STDIN', join(begin(1), params(1, P), stdin(1)), ['request 1 role 1: A=1', 'stdin 1 ends']],
  ])('%s is told', (_, before, events) => {
    expectEvents(join(before, abort(1)), [...events, 'abort 1']);
  });

  test('of a request that has ended is ignored', () => {
    const recorder = new Recorder();
    recorder.push(begin(1), params(1, P));
    recorder.multiplexer.end(recorder.states.get(1)!);
    expect(recorder.push(abort(1))).toEqual([]);
  });
});

describe('the end of a request', () => {
  test('frees its ID at once, and late records of it are discarded', () => {
    const recorder = new Recorder();
    recorder.push(begin(1), params(1, P), stdin(1, 'x'));
    expect(recorder.multiplexer.size).toBe(1);
    recorder.multiplexer.end(recorder.states.get(1)!);
    expect(recorder.multiplexer.size).toBe(0);
    expect(recorder.push(stdin(1, 'late'), stdin(1))).toEqual([]);
    expect(recorder.push(begin(1), params(1, { B: '2' }), stdin(1))).toEqual([
      'request 1 role 1: B=2',
      'stdin 1 ends',
    ]);
  });

  test('of the first request with an ID, told twice, does not end the second', () => {
    const recorder = new Recorder();
    recorder.push(begin(1), params(1, P));
    const first = recorder.states.get(1)!;
    recorder.multiplexer.end(first);
    recorder.push(begin(1), params(1, P));
    recorder.multiplexer.end(first);
    expect(recorder.multiplexer.size).toBe(1);
    expect(recorder.push(stdin(1, 'x'))).toEqual(['stdin 1 "x"']);
  });

  test('gives what it held back to the connection, and taking it later changes nothing', () => {
    const recorder = new Recorder({ limits: { requestBufferBytes: 1_000 } });
    recorder.push(begin(1), params(1, P), stdin(1, 'x'.repeat(2_000)));
    expect(recorder.multiplexer.stopped).toBe(true);
    const first = recorder.states.get(1)!;
    const held = first.buffered;
    recorder.multiplexer.end(first);
    expect(recorder.multiplexer.stopped).toBe(false);
    recorder.push(begin(1), params(1, P), stdin(1, 'x'.repeat(2_000)));
    recorder.multiplexer.taken(first, held);
    expect(recorder.multiplexer.stopped).toBe(true);
  });

  test('leaves alone what was looked at beforehand: the record after the params', () => {
    const recorder = new Recorder();
    recorder.multiplexer.push(join(begin(1), params(1, P), stdin(1, 'late'), begin(2), params(2, P)));
    recorder.next();
    recorder.multiplexer.end(recorder.states.get(1)!);
    expect(recorder.push(new Uint8Array(0))).toEqual(['request 2 role 1: A=1']);
    expect(recorder.multiplexer.discarded).toBe(0);
  });

  test('is not kept from a request by a broken record after it', () => {
    const recorder = new Recorder();
    recorder.multiplexer.push(join(begin(1), params(1, P), hex('02 05 0001 0000 00 00')));
    expect(recorder.next()).toMatchObject({ kind: 'request' });
    expect(() => recorder.next()).toThrow('version 2');
  });

  test('before the end of its body has been told: nothing more is told of it', () => {
    const recorder = new Recorder();
    recorder.multiplexer.push(
      join(begin(1, { role: 3 }), params(1, { CONTENT_LENGTH: '0' }), begin(2), params(2, P)),
    );
    recorder.next();
    recorder.multiplexer.end(recorder.states.get(1)!);
    expect(recorder.push(new Uint8Array(0))).toEqual(['request 2 role 1: A=1']);
  });
});
