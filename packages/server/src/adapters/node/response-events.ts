import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestSocket, type SocketPeer } from './request-socket.ts';

/** What a response belongs to. */
export interface ResponseObserver extends SocketPeer {
  /** The response has been written to its socket. */
  responseComplete(): void;
  /** The response emitted an error. */
  responseError(error: Error): void;
  /** The response has left, or never will. */
  responseSent(): void;
}

/** Has the peer of a response's socket learn what becomes of the response. */
export function observeResponse(res: ServerResponse): void {
  // By now all of the response has been written to the socket; `finish` waits until it has left.
  res.on('prefinish', onPrefinish);
  res.on('finish', onFinish);
  res.on('error', onError);
}

/** Shared by all responses, which costs less than functions of their own. */
function onPrefinish(this: ServerResponse): void {
  observerOf(this)?.responseComplete();
}

function onFinish(this: ServerResponse): void {
  observerOf(this)?.responseSent();
}

function onError(this: ServerResponse, error: Error): void {
  // A response that has been sent has no socket any more.
  observerOf(this.req)?.responseError(error);
}

/** What a request or response belongs to, or `undefined` if it did not come over FastCGI. */
function observerOf(message: IncomingMessage | ServerResponse): ResponseObserver | undefined {
  const peer = RequestSocket.peerOf(message.socket);
  return peer !== undefined && isObserver(peer) ? peer : undefined;
}

function isObserver(peer: SocketPeer): peer is ResponseObserver {
  return 'responseComplete' in peer;
}
