import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Io } from '@fcgi-js/runner/command';
import { systemReason } from '@fcgi-js/runner/command';
import { usageFailure } from '../command-failure.ts';

/** Bytes whose length is known before the first of them is sent: php-fpm reads no others. */
export interface Body {
  readonly content: Readable | Uint8Array;
  readonly length: number;
  /** Seconds since 1970, of a file. */
  readonly modified?: number;
}

/**
 * Makes the body from the values of `--data`. One file is read as it is sent; stdin is read to its end first.
 *
 * @returns undefined where there is none
 */
export async function readBody(io: Io, data: readonly string[]): Promise<Body | undefined> {
  const [first, ...others] = data;
  if (first === undefined) return undefined;
  if (others.length === 0 && isFile(first)) return await openFile(io, first.slice(1));
  const parts: Uint8Array[] = [];
  for (const value of data) {
    if (parts.length > 0) parts.push(Buffer.from('&'));
    parts.push(await readPart(io, value));
  }
  const content = Buffer.concat(parts);
  return { content, length: content.length };
}

/** Opens a file to be sent. */
export async function openFile(io: Io, name: string): Promise<Body> {
  const path = resolve(io.cwd, name);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) {
      // A pipe, as in @<(command), has no length before its end.
      const content = await buffer(createReadStream(path));
      return { content, length: content.length };
    }
    const { size, mtimeMs } = stats;
    const content = size === 0 ? new Uint8Array(0) : createReadStream(path, { end: size - 1 });
    return { content, length: size, modified: Math.floor(mtimeMs / 1000) };
  } catch (error) {
    throw usageFailure(`${name} cannot be read: ${systemReason(error)}`);
  }
}

function isFile(value: string): boolean {
  return value.startsWith('@') && value !== '@-';
}

async function readPart(io: Io, value: string): Promise<Uint8Array> {
  if (value === '@-') return await buffer(io.stdin);
  if (!isFile(value)) return Buffer.from(value);
  const { content } = await openFile(io, value.slice(1));
  return content instanceof Uint8Array ? content : await buffer(content);
}
