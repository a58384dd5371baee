import { type FcgiRecord, type NameValuePair, RemoteProtocolError } from '@fcgi-js/protocol';
import { toLatin1 } from 'test-support';
import type { Outcome } from '../src/wire/naive-decoder.ts';

/** What both decoders have in common. */
export interface Decoder<Value> {
  end(): void;
  next(): Value | undefined;
  push(bytes: Uint8Array): void;
}

/** Decodes pieces up to their end or the first error. Errors of other classes are findings: they are thrown on. */
export function outcomeOf<Value>(
  decoder: Decoder<Value>,
  chunks: Iterable<Uint8Array>,
  describe: (value: Value) => string,
): Outcome {
  const values: string[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let value = decoder.next(); value !== undefined; value = decoder.next())
        values.push(describe(value));
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return { error: error.code, values };
  }
  return { error: undefined, values };
}

/** Bytes in pieces, each an array of its own, so that nothing can be read beyond its end. */
export function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += Math.max(1, size)) {
    yield Uint8Array.prototype.slice.call(bytes, offset, offset + Math.max(1, size));
  }
}

/** @throws Error where two outcomes differ */
export function sameOutcome(found: Outcome, expected: Outcome): void {
  const [foundText, expectedText] = [found, expected].map((outcome) => JSON.stringify(outcome));
  if (foundText !== expectedText) throw new Error(`${foundText} is not ${expectedText}`);
}

/** A record as the naive decoder writes it. */
export function describeRecord(record: FcgiRecord): string {
  switch (record.type) {
    case 1:
      return `BEGIN ${record.requestId} role ${record.role} flags ${record.flags} keep ${record.keepConn}`;
    case 2:
      return `ABORT ${record.requestId}`;
    case 3:
      return `END ${record.requestId} app ${record.appStatus} protocol ${record.protocolStatus}`;
    case 11:
      return `UNKNOWN ${record.unknownType}`;
    case 'undefined':
      return `undefined ${record.undefinedType} ${record.requestId} ${JSON.stringify(toLatin1(record.content))}`;
    default:
      return `type ${record.type} ${record.requestId} ${JSON.stringify(toLatin1(record.content))}`;
  }
}

/** A pair as the naive decoder writes it. */
export function describePair({ name, value }: NameValuePair): string {
  return `${JSON.stringify(toLatin1(name))}=${JSON.stringify(toLatin1(value))}`;
}
