// The least that a FastCGI application can do in Node: find where a request ends, send bytes that were made before.
import { createServer, type Socket } from 'node:net';
import { encodeEndRequest, encodeStream, encodeStreamEnd, RecordType } from '@fcgi-js/protocol';
import { obeyBenchmark, programArguments } from './parts/program.ts';
import { HELLO } from './parts/texts.ts';

const requestId = 1;
/** Where BEGIN_REQUEST, with which everything begins, has its flags. */
const FLAGS = 10;
const endOfRequest = Buffer.from(encodeStreamEnd(RecordType.Stdin, requestId));
const response = Buffer.concat([
  encodeStream(
    RecordType.Stdout,
    requestId,
    Buffer.from(
      `Content-Type: text/plain\r\nContent-Length: ${HELLO.length}\r\nStatus: 200 OK\r\n\r\n${HELLO}`,
    ),
  ),
  encodeStreamEnd(RecordType.Stdout, requestId),
  encodeEndRequest({ requestId }),
]);

function answer(this: Socket, chunk: Buffer): void {
  // nginx writes a request without a body in one piece.
  if (chunk.compare(endOfRequest, 0, 8, chunk.length - 8) !== 0) return;
  if (chunk[FLAGS] === 0) this.end(response);
  else this.write(response);
}

createServer((socket) => {
  socket.on('data', answer);
  // nginx resets connections on which it no longer waits for an answer.
  socket.on('error', () => {});
}).listen(programArguments().socketPath);
obeyBenchmark();
