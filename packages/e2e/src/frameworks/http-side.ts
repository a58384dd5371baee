import { createServer } from 'node:http';
import { type MakeApplication, startApplication } from './application.ts';
import { resolveAsk } from './ask.ts';
import type { BrowserConnection } from './fastcgi-params.ts';
import { HttpPeer } from './http-peer.ts';
import { Recorder } from './recorder.ts';
import type { Side } from './side.ts';

/** A side that knows which ports its requests came from. */
export interface HttpSide extends Side {
  /** Both ends of every connection so far. */
  readonly connections: readonly BrowserConnection[];
}

/** The application as usual: on Node's own HTTP server. */
export async function startHttpSide(make: MakeApplication): Promise<HttpSide> {
  const recorder = new Recorder();
  const { close, listener } = await startApplication(make, recorder);
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const connections: BrowserConnection[] = [];
  return {
    connections,
    recorder,
    reports: [],
    async open(ask) {
      const peer = await HttpPeer.open(resolveAsk(ask), address.port);
      connections.push(peer.ports);
      return peer;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}
