import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '@fcgi-js/client';
import { isExpectedHost, unexpectedHostText } from '@fcgi-js/dev/hosts';
import { decodeText, messageText } from '@fcgi-js/inspector/text';
import { defined } from '@fcgi-js/runner/command';
import type { TrialGateway, TrialGatewayOptions } from '@fcgi-js/runner/process';
import { CommandFailure } from '../command-failure.ts';

function remedy(): string {
  return 'Open the address that fcgi run has printed. For other names, serve the application behind a web server, with --listen, or\nuse fcgi dev with --allow-host.';
}

/** Milliseconds; Node ends longer ones at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * What takes the place of a gateway under a web server, which would wait for its time-out while the gateway waits for a person.
 *
 * @param starter what has started this process
 * @returns a gateway that does not open. @throws CommandFailure, always
 */
export function refusedGateway(starter: string): () => Promise<TrialGateway> {
  return async () => {
    throw new CommandFailure(
      `There is no socket to serve on (FCGI_LISTEN_SOCKET_MISSING): ${starter} has started this process, and descriptor 0 is no listening socket.\nIf a script starts it, let its last line be exec fcgi run APP, without & and without </dev/null. Otherwise name a socket: --listen unix:/run/app.sock`,
    );
  };
}

/** Serves the application on a socket in a folder of its own, and opens a free port of this machine for it. */
export async function openTrialGateway(options: TrialGatewayOptions): Promise<TrialGateway> {
  const { aside = (action) => action(), listen, mount } = options;
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // However this process ends, as long as it ends itself.
  process.once('exit', remove);
  const path = join(folder, 's');
  await listen(path);
  const gateway = createGateway({
    address: `unix:${path}`,
    ...defined({ mount }),
    before: (request, response, next) => {
      if (isExpectedHost(request, [])) return next();
      const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
      response.writeHead(421, headers).end(unexpectedHostText(request, remedy));
    },
    // What is wrong is for the terminal: what a web server of this machine passes on comes from this machine, too.
    explain: false,
    onError: (error) =>
      process.stderr.write(`fcgi: ${messageText(error instanceof Error ? error.message : String(error))}\n`),
    onStderr: (content) => process.stderr.write(`${messageText(decodeText(content)).trimEnd()}\n`),
  });
  const { url } = await aside(() => gateway.listen({ port: 0 }));
  return {
    url,
    close: async (timeout) => {
      await gateway.close({ timeout: Math.min(timeout, LONGEST_TIMER) });
      remove();
    },
  };
}
