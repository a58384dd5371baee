import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { createServer, FcgiServerError, type ListenOptions } from '@fcgi-js/server';
import { RunnerError } from '../errors.ts';
import { listenFailure } from '../listen-failure.ts';
import { http } from '../node-http.ts';
import { pagesOnly } from './fcgi-pages.ts';
import { noPage, type PageAnswer } from './page.ts';
import { httpAddress, type StatusOptions } from './status-options.ts';
import { type OwnSite, ownAnswer } from './status-site.ts';

/** An address of its own for the status pages. */
export interface StatusListener {
  /** A URL, or an address of FastCGI. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Opens an address for the status pages alone, if one is wanted.
 *
 * @param options whether and where
 * @param socket how that of FastCGI is opened, and who may connect to it
 * @throws RunnerError with what to do, where it cannot be listened on
 */
export async function openStatusListener(
  { statusListen: address }: StatusOptions,
  { allow, ...socket }: ListenOptions & { readonly allow?: readonly string[] },
  site: OwnSite | undefined,
): Promise<StatusListener | undefined> {
  if (address === undefined || site === undefined) return undefined;
  const http = httpAddress(address);
  if (http !== undefined) return openHttp(http, site);
  const server = createServer({ responder: pagesOnly(site), ...(allow === undefined ? {} : { allow }) });
  try {
    const listening = await server.listen(address, socket);
    return { address: listening, close: () => server.close({ timeout: CLOSE_TIMEOUT }) };
  } catch (error) {
    if (error instanceof FcgiServerError) throw new RunnerError('FCGI_SOCKET_UNUSABLE', listenFailure(error));
    throw error;
  }
}

/** Milliseconds that a page may take to be sent when everything ends. */
const CLOSE_TIMEOUT = 1000;

async function openHttp(
  { host, port }: { readonly host: string; readonly port: number },
  site: OwnSite,
): Promise<StatusListener> {
  const server = http.createServer((req, res) => {
    const answered = isForeign(req) ? Promise.resolve(noPage(403)) : answer(req, site);
    answered.then(
      ({ body, headers, status }) => res.writeHead(status, headers).end(body),
      (error: Error) => res.destroy(error),
    );
  });
  try {
    await once(server.listen({ host, port }), 'listening');
  } catch (error) {
    throw new RunnerError(
      'FCGI_SOCKET_UNUSABLE',
      `The status pages cannot be served on ${host}:${port}: ${whyNot(error as NodeJS.ErrnoException)}`,
    );
  }
  const { address, family, port: actual } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT).unref();
      await closed;
    },
  };
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') {
    return 'another process listens there. Stop it (ss -ltnp shows it), or choose another port for --status-listen.';
  }
  if (code === 'EACCES') return 'ports below 1024 are for root. Choose a higher one for --status-listen.';
  return `${message}. Choose an address of this machine for --status-listen.`;
}

function answer({ headers, method = '', url = '' }: IncomingMessage, site: OwnSite): Promise<PageAnswer> {
  const [path = '', query = ''] = url.split('?', 2);
  return ownAnswer(site, path, { accept: headers.accept ?? '', method, query });
}

/**
 * Whether a browser of this machine has come by a name that is not the machine's: a page of another site can give its
 * own name the address of this machine, and read what is there.
 */
function isForeign({ headers, socket }: IncomingMessage): boolean {
  const isLoopback = /^(127\.|::1$|::ffff:127\.)/.test(socket.localAddress ?? '');
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isLoopback && name !== '' && name !== 'localhost' && isIP(name) === 0;
}
