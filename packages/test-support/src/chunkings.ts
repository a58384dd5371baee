/** One way to cut bytes. */
export interface Chunking {
  /** The bytes, in pieces. */
  readonly chunks: readonly Uint8Array[];
  /** How they are cut, for the message of a failing test. */
  readonly name: string;
}

/**
 * Every way to cut bytes that a decoder must not notice: whole, byte by byte, with empty pieces between the
 * bytes, and in two at every position. All of them again with `trailing` at the end of the last piece, where
 * there is some: a decoder must not take it for part of what came before.
 *
 * Each piece is an array of its own, so that nothing can be read beyond its end.
 */
export function* chunkings(bytes: Uint8Array, trailing: Uint8Array = new Uint8Array(0)): Generator<Chunking> {
  yield* cuts(bytes, trailing, '');
  if (trailing.length > 0) yield* cuts(bytes, new Uint8Array(0), ', nothing after it');
}

/** Cuts bytes before each of `positions`, which rise. */
export function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const bounds = [0, ...positions, bytes.length];
  return bounds.slice(1).map((end, index) => bytes.slice(bounds[index], end));
}

function* cuts(bytes: Uint8Array, trailing: Uint8Array, note: string): Generator<Chunking> {
  const all = new Uint8Array(bytes.length + trailing.length);
  all.set(bytes);
  all.set(trailing, bytes.length);
  const singles = cutAt(
    all,
    Array.from({ length: Math.max(bytes.length - 1, 0) }, (_, index) => index + 1),
  );
  yield { name: `whole${note}`, chunks: [all] };
  yield { name: `byte by byte${note}`, chunks: singles };
  yield {
    name: `byte by byte with empty pieces${note}`,
    chunks: singles.flatMap((single) => [new Uint8Array(0), single, new Uint8Array(0)]),
  };
  for (let at = 1; at < all.length; at += 1) {
    yield { name: `cut before byte ${at}${note}`, chunks: cutAt(all, [at]) };
  }
}
