import { RemoteProtocolError } from '@fcgi-js/protocol';
import fc from 'fast-check';
import { written } from './support.ts';

// fast-check prints the seed and the path of a failure; both go into fc.assert to run it again.

export const id = fc.integer({ min: 1, max: 65_535 });
export const byte = fc.integer({ min: 0, max: 255 });
export const someBytes = fc.uint8Array({ maxLength: 300 });
export const streamType = fc.constantFrom(4 as const, 5 as const, 6 as const, 7 as const, 8 as const);

/** How to cut bytes and when to take values: pieces of these sizes, and after each so many calls of `next`. */
export const steps = fc.array(
  fc.record({ size: fc.integer({ min: 0, max: 40 }), calls: fc.integer({ min: 0, max: 4 }) }),
  { maxLength: 60 },
);
export type Steps = readonly { readonly size: number; readonly calls: number }[];

export interface Outcome<Value> {
  readonly error: unknown;
  readonly values: readonly Value[];
}

/** Decodes with the cuts and calls given, then what is left, up to the end or the first error. */
export function follow<Value>(
  decoder: { end(): void; next(): Value | undefined; push(bytes: Uint8Array): void },
  bytes: Uint8Array,
  how: Steps,
): Outcome<Value> {
  const values: Value[] = [];
  let offset = 0;
  const take = (most: number) => {
    for (let calls = 0; calls < most; calls += 1) {
      const value = decoder.next();
      if (value === undefined) return;
      values.push(value);
    }
  };
  try {
    for (const { size, calls } of how) {
      decoder.push(bytes.slice(offset, offset + size));
      offset += size;
      take(calls);
    }
    decoder.push(bytes.slice(offset));
    take(Number.POSITIVE_INFINITY);
    decoder.end();
    return { values, error: undefined };
  } catch (error) {
    return { values, error };
  }
}

export const noSteps: Steps = [];

/** An outcome as text. Errors of other classes are no outcome: they are thrown again. */
export function writtenOutcome({ values, error }: Outcome<unknown>): string {
  if (error !== undefined && !(error instanceof RemoteProtocolError)) throw error;
  return written([values, error && { ...error, message: error.message }]);
}
