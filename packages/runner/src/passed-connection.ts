import type { SendHandle } from 'node:child_process';
import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * An open connection on its way between two processes: the bare handle, because a `net.Socket` would begin to read from it
 * wherever it passes. Node does not document it: it is looked for before it is used.
 */
export interface PassedConnection {
  /** Closes it in this process. */
  close(): void;
  /** From now on, what comes waits in the system. */
  readStop(): unknown;
}

/** Whether something is an open connection. */
export function isPassedConnection(given: unknown): given is PassedConnection {
  if (typeof given !== 'object' || given === null) return false;
  return ['close', 'readStop'].every((name) => typeof Reflect.get(given, name) === 'function');
}

/** Takes the connection of a socket, which goes on being open in this process until it is destroyed. */
export function connectionOf(socket: Duplex): PassedConnection | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  return isPassedConnection(handle) ? handle : undefined;
}

/** Makes a socket of a connection that has arrived. */
export function socketOf(connection: PassedConnection): Socket {
  const options: SocketConstructorOpts & { readonly handle: PassedConnection } = {
    allowHalfOpen: true,
    handle: connection,
  };
  // The one who has accepted it may not have done this. On a Unix socket it is nothing.
  return new Socket(options).setNoDelay();
}

/** A bare handle for `send()`, whose types know only the sockets around it. */
export function sendable(handle: object): SendHandle {
  return handle as SendHandle;
}
