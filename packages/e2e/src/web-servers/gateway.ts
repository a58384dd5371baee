import { createGateway } from '@fcgi-js/client';
import type { Deviations } from '../conformance/conformance-list.ts';
import { listenAddress, mustListen, type WebServer, type WebServerOptions } from './web-server.ts';

/**
 * Puts `@fcgi-js/client`'s gateway in front of the application, in this process: nothing but the project's own code
 * is between browser and application then.
 *
 * @param options where the application is
 */
export async function startGateway({ application }: WebServerOptions): Promise<WebServer> {
  const logged: string[] = [];
  const gateway = createGateway({
    address: listenAddress(mustListen(application, 'the gateway')),
    onError: (error, { url }) => logged.push(`${url}: ${String(error)}\n`),
    onStderr: (content, { url }) =>
      logged.push(`${url}: stderr: ${Buffer.from(content).toString('latin1')}\n`),
  });
  const { url } = await gateway.listen({ port: 0 });
  return {
    url: new URL(url),
    logs: () => Promise.resolve([logged.join('')]),
    stop: () => gateway.close({ timeout: 1_000 }),
  };
}

/** What cannot hold behind the gateway, which has Node's HTTP server on the side of the browser. */
export const gatewayDeviations: Deviations = {
  bytesInUrl: { instead: 'nothing', reason: 'Node answers 400 to a URL with bytes that are not encoded' },
};
