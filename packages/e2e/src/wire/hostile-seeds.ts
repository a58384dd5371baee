import { join, pattern, record } from 'test-support';
import { goodAnswer } from './hostile-application.ts';
import { Type } from './requests.ts';

const HEAD = 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n';
const end = (requestId: number, protocolStatus = 0) =>
  record(Type.end, requestId, [0, 0, 0, 0, protocolStatus, 0, 0, 0]);

/** Streams of records that an application may send to requests 1 to 4, and some that it may not: what is changed. */
export const hostileSeeds: readonly Uint8Array[] = [
  goodAnswer(1, 'hello'),
  join(goodAnswer(1, 'one'), goodAnswer(2, 'two')),
  join(
    record(Type.stdout, 1, HEAD),
    record(Type.stdout, 2, HEAD),
    end(2),
    record(Type.stdout, 1, 'late'),
    end(1),
  ),
  join(record(Type.stderr, 1, 'warning\n'), record(Type.stderr, 1), goodAnswer(1, '')),
  join(record(Type.stdout, 1, HEAD), record(Type.stdout, 1, pattern(60_000)), end(1)),
  join(
    ...Array.from({ length: 40 }, (_, index) => record(Type.stdout, 1, `X-Field-${index}: value\r\n`)),
    end(1),
  ),
  join(record(Type.stdout, 1, 'x'.repeat(5_000)), end(1)),
  join(record(Type.stdout, 1, 'Location: /elsewhere\r\n\r\n'), end(1)),
  join(record(Type.stdout, 1, 'Status: 302 Found\r\nLocation: http://x/\r\nSet-Cookie: a\r\n\r\n'), end(1)),
  join(end(1), end(1)),
  join(goodAnswer(1, 'x'), end(1), record(Type.stdout, 1, 'after the end')),
  ...[1, 2, 3, 4, 255].map((status) => end(1, status)),
  join(goodAnswer(0, 'x')),
  join(goodAnswer(65_535, 'x')),
  record(Type.stdout, 1, `${HEAD}x`, { padding: 255 }),
  join(record(Type.stdout, 1, new Uint8Array(65_535), { padding: 255 }), end(1)),
  record(Type.getValuesResult, 0, 'x'),
  record(Type.unknownType, 0, new Uint8Array(8)),
  record(Type.begin, 1, new Uint8Array(8)),
  record(99, 1, 'no such type'),
  join(...Array.from({ length: 300 }, () => record(Type.stdout, 1)), end(1)),
  Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
  new Uint8Array(64),
];
