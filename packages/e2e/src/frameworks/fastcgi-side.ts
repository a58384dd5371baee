import { join } from 'node:path';
import { createServer, fromNodeListener, type NodeListenerOptions } from '@fcgi-js/server';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { type MakeApplication, startApplication } from './application.ts';
import { type Ask, resolveAsk } from './ask.ts';
import type { BrowserConnection } from './fastcgi-params.ts';
import { FastcgiPeer, type WebServerManners } from './fastcgi-peer.ts';
import { codeOf, Recorder } from './recorder.ts';
import type { Side } from './side.ts';

/** A side whose requests come over FastCGI. */
export interface FastcgiSide extends Side {
  /** Where the application listens. */
  readonly address: string;
  open(ask: Ask): Promise<FastcgiPeer>;
}

/**
 * The same application on this project's server.
 *
 * @param manners by default nginx's
 * @param connections what the web server says of the browser's connections, in the order of the requests
 */
export async function startFastcgiSide(
  make: MakeApplication,
  manners: WebServerManners = { keepConn: false, leaving: 'close' },
  connections: readonly BrowserConnection[] = [],
  options?: NodeListenerOptions,
): Promise<FastcgiSide> {
  const recorder = new Recorder();
  const reports: string[] = [];
  const { close, listener } = await startApplication(make, recorder);
  const server = createServer({
    responder: fromNodeListener(listener, options),
    onError: (error) => reports.push(codeOf(error)),
  });
  const folder = createTemporaryFolder('fcgi-frameworks');
  const path = join(folder.path, 'app.sock');
  await server.listen(`unix:${path}`);
  let asked = 0;
  return {
    address: `unix:${path}`,
    recorder,
    reports,
    async open(ask) {
      const browser = connections[asked] ?? { local: 80, remote: 40_000 };
      asked += 1;
      return await FastcgiPeer.open(resolveAsk(ask), browser, manners, path);
    },
    async close() {
      await server.close({ timeout: 1_000 });
      await close();
      folder.remove();
    },
  };
}
