import { damagedLine, otherVersion } from '../errors.ts';
import { linesOf } from './collect.ts';
import type { RecordedChunk, Recording } from './recording.ts';
import { parseTapEntry, TAP_FILE_HEAD, type TapEntry } from './tap-file.ts';

/**
 * Reads what `fcgi tap --save` has written.
 *
 * @throws RecordingError where it is of another version, or broken
 */
export async function readTapFile(pieces: AsyncIterable<Uint8Array>): Promise<Recording> {
  const connections = new Map<number, RecordedChunk[]>();
  let number = 0;
  for await (const line of linesOf(pieces)) {
    number += 1;
    if (number === 1) checkHead(line);
    else if (line !== '') add(connections, parse(line, number));
  }
  return {
    connections: [...connections].map(([connection, chunks]) => ({
      chunks,
      name: `connection ${connection}`,
      seen: 'both' as const,
    })),
    leftOut: 0,
    notes: connections.size === 0 ? ['No connection was made while this was recorded.'] : [],
  };
}

function checkHead(line: string): void {
  const { version } = parseJson(line, 1) as { version?: unknown };
  if (version !== TAP_FILE_HEAD.version) throw otherVersion(version);
}

function add(
  connections: Map<number, RecordedChunk[]>,
  { bytes, connection, direction, time }: TapEntry,
): void {
  const chunks = connections.get(connection) ?? [];
  connections.set(connection, chunks);
  chunks.push({ direction, time, ...(bytes === undefined ? {} : { bytes: Buffer.from(bytes, 'base64') }) });
}

function parse(line: string, number: number): TapEntry {
  try {
    return parseTapEntry(line);
  } catch {
    throw damagedLine(number);
  }
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damagedLine(number);
  }
}
