import { CommandFailure } from '../command-failure.ts';
import { parseTapEntry, TAP_FILE_HEAD, type TapEntry } from '../watch/tap-file.ts';
import { linesOf } from './collect.ts';
import type { Chunk, Source } from './source.ts';

/**
 * Reads what `fcgi tap --save` has written.
 *
 * @throws CommandFailure where it is of another version, or broken
 */
export async function readTapFile(pieces: AsyncIterable<Uint8Array>): Promise<Source> {
  const connections = new Map<number, Chunk[]>();
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
    notes: connections.size === 0 ? ['No connection was made while this was recorded.'] : [],
  };
}

function checkHead(line: string): void {
  const { version } = parseJson(line, 1) as { version?: unknown };
  if (version !== TAP_FILE_HEAD.version) {
    throw new CommandFailure(
      `This is a recording of fcgi tap in version ${version}; this fcgi reads version 1.`,
    );
  }
}

function add(connections: Map<number, Chunk[]>, { bytes, connection, direction, time }: TapEntry): void {
  const chunks = connections.get(connection) ?? [];
  connections.set(connection, chunks);
  chunks.push({ direction, time, ...(bytes === undefined ? {} : { bytes: Buffer.from(bytes, 'base64') }) });
}

function parse(line: string, number: number): TapEntry {
  try {
    return parseTapEntry(line);
  } catch {
    throw new CommandFailure(`Line ${number} of the recording cannot be read; was it cut off?`);
  }
}

function parseJson(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new CommandFailure(`Line ${number} of the recording cannot be read; was it cut off?`);
  }
}
