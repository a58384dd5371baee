import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { http } from '../../node-http.ts';

/** A server of `node:http` or `node:https`, whether it listens or not. */
export type NodeServer = Server | HttpsServer;

/** Listeners by which Node reads HTTP or TLS from a connection. */
const readers = new Set<unknown>(new http.Server().listeners('connection'));

/** Whether a value is a server of `node:http` or `node:https`. */
export function isNodeServer(value: unknown): value is NodeServer {
  return value instanceof http.Server || (typeof value === 'object' && value instanceof httpsServer());
}

/** Whether a listener is Node's own, which reads HTTP or TLS from a connection. */
export function isReader(listener: unknown): boolean {
  return readers.has(listener);
}

let loadedHttps: typeof HttpsServer | undefined;

/** Loaded when it is first asked for: few applications need TLS. */
function httpsServer(): typeof HttpsServer {
  if (loadedHttps === undefined) {
    loadedHttps = process.getBuiltinModule('node:https').Server;
    for (const reader of new loadedHttps().listeners('connection')) readers.add(reader);
  }
  return loadedHttps;
}
