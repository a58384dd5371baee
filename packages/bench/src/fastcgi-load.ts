import type { Socket } from 'node:net';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStreamEnd,
  RecordDecoder,
  RecordType,
  Role,
} from '@fcgi-js/protocol';
import { open } from './connect.ts';
import { nginxParams } from './nginx-params.ts';

/** A kept connection to an application, on which a fixed number of requests is active. */
export interface LoadConnection {
  /**
   * Sends requests, each as soon as another one has been answered.
   *
   * @param count how many are answered before it resolves
   */
  run(count: number): Promise<void>;
  close(): void;
}

/**
 * Connects and sends all but one of the requests that are to be active at once; each further one is answered then by
 * an application that holds as many back, and at once by any application where it is one at a time.
 *
 * @param path of the application's Unix socket
 * @param concurrent requests that are active at once
 */
export async function openLoadConnection(path: string, concurrent = 1): Promise<LoadConnection> {
  const socket = await open({ path });
  const requests = Array.from({ length: concurrent }, (_, index) => encodeGet(index + 1));
  const answered = answers(socket);
  // What happens is known by those who wait for answers.
  socket.on('error', () => {});
  for (let requestId = 2; requestId <= concurrent; requestId += 1) socket.write(requests[requestId - 1]!);
  let free = 1;
  return {
    run: (count) =>
      new Promise((resolve, reject) => {
        let left = count;
        const next = () => socket.write(requests[free - 1]!);
        const lost = () => reject(new Error('The application closed a connection.'));
        answered.listener = (requestId) => {
          free = requestId;
          left -= 1;
          if (left > 0) {
            next();
            return;
          }
          socket.off('close', lost);
          resolve();
        };
        socket.once('close', lost);
        next();
      }),
    close: () => socket.destroy(),
  };
}

/** Calls the listener with the request ID of each END_REQUEST. */
function answers(socket: Socket): { listener?: (requestId: number) => void } {
  const decoder = new RecordDecoder();
  const target: { listener?: (requestId: number) => void } = {};
  socket.on('data', (chunk) => {
    decoder.push(chunk);
    for (let record = decoder.next(); record !== undefined; record = decoder.next()) {
      if (record.type === RecordType.EndRequest) target.listener?.(record.requestId);
    }
  });
  return target;
}

/** A request as nginx sends it, in one piece. */
function encodeGet(requestId: number): Buffer {
  return Buffer.concat([
    encodeBeginRequest({ requestId, role: Role.Responder, keepConn: true }),
    encodeParams(requestId, nginxParams),
    encodeStreamEnd(RecordType.Params, requestId),
    encodeStreamEnd(RecordType.Stdin, requestId),
  ]);
}
