import { renameSync, statSync } from 'node:fs';
import type { Server } from 'node:net';

/**
 * Keeps a Unix socket that another worker has opened in the place of this server's: closing a server removes the file at its path,
 * whosever it is. During a reload the successor has removed that of this server, and opened its own.
 */
export function keepPathOfSuccessor(server: Server, path: string): void {
  const own = inodeOf(path);
  const { close } = server;
  server.close = (callback) => {
    Reflect.deleteProperty(server, 'close');
    const other = inodeOf(path);
    if (other === undefined || other === own) return Reflect.apply(close, server, [callback]);
    const aside = `${path}.${process.pid}`;
    const isAside = move(path, aside);
    try {
      return Reflect.apply(close, server, [callback]);
    } finally {
      if (isAside) move(aside, path);
    }
  };
}

/** @returns whether it could; what cannot be moved is closed as Node does it */
function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
