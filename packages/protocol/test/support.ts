import { type FcgiRecord, RecordType } from '@fcgi-js/protocol';
import { chunkings, toLatin1 } from 'test-support';
import { expect } from 'vitest';

/** A value that the types forbid, as callers without types hand it in. */
export function untyped<T>(value: unknown): T {
  return value as T;
}

/** What `action` throws. */
export function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

const names = new Map<number, string>([
  [RecordType.BeginRequest, 'BEGIN_REQUEST'],
  [RecordType.AbortRequest, 'ABORT_REQUEST'],
  [RecordType.EndRequest, 'END_REQUEST'],
  [RecordType.Params, 'PARAMS'],
  [RecordType.Stdin, 'STDIN'],
  [RecordType.Stdout, 'STDOUT'],
  [RecordType.Stderr, 'STDERR'],
  [RecordType.Data, 'DATA'],
  [RecordType.GetValues, 'GET_VALUES'],
  [RecordType.GetValuesResult, 'GET_VALUES_RESULT'],
  [RecordType.UnknownType, 'UNKNOWN_TYPE'],
]);

function nameOf(record: FcgiRecord): string {
  if (record.type === 'undefined') return `type ${record.undefinedType}`;
  return names.get(record.type) ?? '?';
}

/** A record in one line: type, request ID, and what it carries. */
export function show(record: FcgiRecord): string {
  const start = `${nameOf(record)} ${record.requestId}`;
  switch (record.type) {
    case RecordType.BeginRequest:
      return `${start} role ${record.role} flags ${record.flags} keepConn ${record.keepConn}`;
    case RecordType.AbortRequest:
      return start;
    case RecordType.EndRequest:
      return `${start} appStatus ${record.appStatus} protocolStatus ${record.protocolStatus}`;
    case RecordType.UnknownType:
      return `${start} ${record.unknownType}`;
    default:
      return `${start} ${JSON.stringify(toLatin1(record.content))}`;
  }
}

/** What both decoders have in common. */
interface Decoder<Value> {
  next(): Value | undefined;
  push(bytes: Uint8Array): void;
}

/** When values are taken out of a decoder while chunks are put in. */
export type Taking = 'after each chunk' | 'at the end' | 'one for each chunk';

export const takings: readonly Taking[] = ['after each chunk', 'at the end', 'one for each chunk'];

/** Everything that is in `chunks`. */
export function decode<Value>(
  decoder: Decoder<Value>,
  chunks: Iterable<Uint8Array>,
  taking: Taking = 'after each chunk',
): Value[] {
  const values: Value[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    if (taking === 'after each chunk') drain(decoder, values);
    if (taking === 'one for each chunk') take(decoder, values);
  }
  drain(decoder, values);
  return values;
}

function drain<Value>(decoder: Decoder<Value>, values: Value[]): void {
  while (take(decoder, values));
}

function take<Value>(decoder: Decoder<Value>, values: Value[]): boolean {
  const value = decoder.next();
  if (value !== undefined) values.push(value);
  return value !== undefined;
}

/**
 * Checks that a decoder finds `expected` in `bytes`, in every chunking and every order of putting in and taking
 * out, and nothing in the bytes that trail.
 */
export function expectEveryWay<Value>(
  newDecoder: () => Decoder<Value>,
  bytes: Uint8Array,
  expected: readonly unknown[],
  trailing?: Uint8Array,
): void {
  const wanted = written(expected);
  const different: unknown[] = [];
  let ways = 0;
  for (const { name, chunks } of chunkings(bytes, trailing)) {
    for (const taking of takings) {
      ways += 1;
      const found = written(decode(newDecoder(), chunks, taking));
      if (found !== wanted) different.push({ how: `${name}, taken ${taking}`, found, wanted });
    }
  }
  // Compared as text and reported together: a matcher for each of thousands of ways would take minutes.
  expect(different.slice(0, 3)).toEqual([]);
  expect(ways).toBeGreaterThanOrEqual(3 * bytes.length);
}

/** Values as text, their bytes as Latin-1. */
export function written(values: readonly unknown[]): string {
  return JSON.stringify(values, (_key, value: unknown) =>
    value instanceof Uint8Array ? `bytes ${toLatin1(value)}` : value,
  );
}

/** How many bytes are asked for with `new Uint8Array(length)` during `action`: in all, and at once. */
export function allocations(action: () => void): { largest: number; total: number } {
  const original = globalThis.Uint8Array;
  const counted = { largest: 0, total: 0 };
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, args: unknown[]) {
      const [length] = args;
      if (typeof length === 'number') {
        counted.total += length;
        counted.largest = Math.max(counted.largest, length);
      }
      return Reflect.construct(target, args);
    },
  });
  try {
    action();
  } finally {
    globalThis.Uint8Array = original;
  }
  return counted;
}
