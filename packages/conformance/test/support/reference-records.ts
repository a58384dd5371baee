import type { FaultyApplication } from './faults.ts';

const [BEGIN, ABORT, PARAMS, STDIN] = [1, 2, 4, 5];

/** Where a record ends, and whose it is, for some faults wrongly. `size` is what follows the header. */
export function readHeader(app: FaultyApplication, bytes: Buffer) {
  const type = bytes.readUInt8(1);
  let id = bytes.readUInt16BE(2);
  let length = bytes.readUInt16BE(4);
  let padding = bytes.readUInt8(6);
  if (app.has('ids-of-one-byte')) id &= 0xff;
  // An id that no request has.
  if (app.has('signed-ids') && id > 32_767) id = 32_767;
  if (app.has('signed-lengths')) length &= 0x7fff;
  if (app.has('signed-padding')) padding &= 0x7f;
  if (app.has('padding-of-begin') && type === BEGIN) padding = 0;
  if (app.has('padding-of-params') && type === PARAMS && length > 0) padding = 0;
  if (app.has('padding-of-empty-params') && type === PARAMS && length === 0) padding = 0;
  if (app.has('padding-of-stdin') && type === STDIN && length > 0) padding = 0;
  if (app.has('padding-of-empty-stdin') && type === STDIN && length === 0) padding = 0;
  if (app.has('padding-of-management') && id === 0) padding = 0;
  if (app.has('padding-of-abort') && type === ABORT) padding = 0;
  if (app.has('padding-over-8') && padding > 8) padding = 8;
  const size = app.has('sizes-of-16-bits') ? (length + padding) & 0xffff : length + padding;
  return { id, length, padding, size };
}

/** Name-value pairs; `undefined` where one is cut. */
export function readPairs(bytes: Buffer): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const lengths: number[] = [];
    for (let count = 0; count < 2; count += 1) {
      const isLong = (bytes[at] ?? 0) > 127;
      if (at + (isLong ? 4 : 1) > bytes.length) return undefined;
      lengths.push(isLong ? bytes.readUInt32BE(at) & 0x7fff_ffff : bytes.readUInt8(at));
      at += isLong ? 4 : 1;
    }
    const [name = 0, value = 0] = lengths;
    if (at + name + value > bytes.length) return undefined;
    pairs.set(
      bytes.toString('latin1', at, at + name),
      bytes.toString('latin1', at + name, at + name + value),
    );
    at += name + value;
  }
  return pairs;
}

/** One pair, its lengths in one byte each. */
export function pair(name: string, value: string): Buffer {
  return Buffer.from(`${String.fromCharCode(name.length, value.length)}${name}${value}`, 'latin1');
}
