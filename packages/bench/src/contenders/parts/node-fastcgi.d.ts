declare module 'node-fastcgi' {
  import type { RequestListener } from 'node:http';
  import type { Server } from 'node:net';

  /** The part of node-fastcgi that is used here; it comes without types. */
  export function createServer(responder: RequestListener): Server;
}
