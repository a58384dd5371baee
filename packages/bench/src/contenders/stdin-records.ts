// Reads what comes on a connection, and ignores the bytes or decodes them.
import { createServer } from 'node:net';
import { RecordDecoder } from '@fcgi-js/protocol';
import { obeyBenchmark, programArguments } from './parts/program.ts';

const { socketPath, work } = programArguments();

createServer({ allowHalfOpen: true }, (socket) => {
  const decoder = new RecordDecoder({ inPieces: true });
  let length = 0;
  if (work === 'decode') {
    socket.on('data', (chunk) => {
      decoder.push(chunk);
      for (let record = decoder.next(); record !== undefined; record = decoder.next()) {
        if ('content' in record) length += record.content.length;
      }
    });
  } else {
    socket.on('data', (chunk) => {
      length += chunk.length;
    });
  }
  // A peer that only tries whether a process listens does not wait for the answer.
  socket.on('error', () => {});
  socket.on('end', () => socket.end(String(length)));
}).listen(socketPath);
obeyBenchmark();
