import type { Direction } from '../finding.ts';

/** The first line, as JSON, of a file that `fcgi tap --save` writes. {@link TapEntry} is a line after it. */
export const TAP_FILE_HEAD = { format: 'fcgi-tap', version: 1 } as const;

/** Bytes that passed on one connection: one line of JSON in a file of `fcgi tap --save`. */
export interface TapEntry {
  /** The bytes, in base64; missing where the direction ends. */
  readonly bytes?: string;
  /** Number of the connection, counted from 1. */
  readonly connection: number;
  /** The side that sent the bytes. */
  readonly direction: Direction;
  /** When they passed, in milliseconds since 1970. */
  readonly time: number;
}

/** Whether bytes are the beginning of such a file. */
export function isTapFile(start: Uint8Array): boolean {
  return Buffer.from(start).toString('latin1').startsWith('{"format":"fcgi-tap"');
}

/**
 * Reads a line of such a file.
 *
 * @throws Error where it is none
 */
export function parseTapEntry(line: string): TapEntry {
  const { bytes, connection, direction, time } = JSON.parse(line) as Record<string, unknown>;
  const isDirection = direction === 'from-application' || direction === 'to-application';
  const isEnd = bytes === undefined;
  if (
    !isDirection ||
    !(isEnd || typeof bytes === 'string') ||
    typeof connection !== 'number' ||
    typeof time !== 'number'
  ) {
    throw new Error('it is no entry of a file of fcgi tap');
  }
  return { connection, direction, time, ...(isEnd ? {} : { bytes }) };
}
