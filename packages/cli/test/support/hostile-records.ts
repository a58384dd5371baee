import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Bytes, join as joinBytes, record } from '../../../test-support/src/index.ts';
import { BYTES, NAME } from './hostile-text.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An application that answers everything with the same records. */
export async function startRecords(...answer: readonly Bytes[]): Promise<string> {
  const path = join(await temporaryFolder(), 's');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(joinBytes(...answer)));
  });
  onTestFinished(() => void server.close());
  await once(server.listen(path), 'listening');
  return `unix:${path}`;
}

const HEAD = joinBytes(
  'Status: 200 ',
  Buffer.from(NAME.replaceAll(/[^\x80-\u{10ffff}]/gu, '')),
  '\r\nX-A: \x80\x9b\xff',
  Buffer.from('\u202e\u009b'),
  '\r\nVariable-X: \x9b\r\n\r\n',
);
/** An answer, and STDERR, of what a terminal obeys. */
export const answer = (body: Bytes) => [
  record(7, 1, joinBytes(BYTES, '\n', BYTES)),
  record(7, 1),
  record(6, 1, joinBytes(HEAD, body)),
  record(6, 1),
  record(3, 1, [0, 0, 0, 0, 0, 0, 0, 0]),
];
