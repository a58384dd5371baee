import type { Duplex } from 'node:stream';
import { Params } from '../cgi/params.ts';
import { sharedReader } from '../listen/shared-reads.ts';
import { copyOf } from '../request/input-source.ts';

/** Gets the events of a socket. */
export interface SocketOwner {
  /** @param lent whether the bytes may change afterwards */
  received(chunk: Uint8Array, lent: boolean): void;
  /** The other side has closed its half. */
  peerFinished(): void;
  /** The socket is gone; may be told twice. */
  lost(cause: Error | undefined): void;
}

const OWNER = Symbol('fcgi-js.owner');

/** Whether a socket is read into memory that it shares, and so emits no `data`. */
const SHARED = Symbol('fcgi-js.shared');

type OwnedSocket = Duplex & { [OWNER]?: SocketOwner | undefined; [SHARED]?: boolean };

/**
 * Has an owner told what happens on a socket, by functions that all sockets share: those of their own would be a fifth of
 * what an idle connection needs.
 */
export function tell(owner: SocketOwner, socket: OwnedSocket): void {
  socket[OWNER] = owner;
  if (socket[SHARED] !== true) socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('error', onError);
  socket.on('close', onClose);
}

/** Passes on no more events: another owner takes the socket over. */
export function forget(socket: OwnedSocket): void {
  socket[OWNER] = undefined;
  socket.off('data', onData);
  socket.off('end', onEnd);
  socket.off('error', onError);
  socket.off('close', onClose);
}

const readShared = sharedReader((socket: OwnedSocket, bytes, lent) => {
  // The memory has been written to, in which the params of an earlier request may have come.
  Params.releaseBytes();
  const owner = socket[OWNER];
  // Its new owner reads it like any other.
  if (owner === undefined) return socket.push(copyOf(bytes));
  owner.received(bytes, lent);
  return true;
});

/** Has an accepted socket read without memory of its own, where that is possible; its owner gets the same events. */
export function shareReads(socket: OwnedSocket): void {
  socket[SHARED] = readShared(socket);
}

function onData(this: OwnedSocket, chunk: Uint8Array): void {
  Params.releaseBytes();
  this[OWNER]?.received(chunk, false);
}

function onEnd(this: OwnedSocket): void {
  this[OWNER]?.peerFinished();
}

function onError(this: OwnedSocket, error: Error): void {
  this[OWNER]?.lost(error);
}

function onClose(this: OwnedSocket): void {
  this[OWNER]?.lost(undefined);
}
