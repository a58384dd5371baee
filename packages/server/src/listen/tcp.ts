import type { AddressInfo } from 'node:net';
import { FcgiServerError } from '../errors.ts';
import { formatTcpAddress } from '../listen-address.ts';
import { DEFAULT_BACKLOG, type Listener, type ListenerOwner, type ListenOptions } from './listener.ts';
import { openNetListener, startListening } from './net-listener.ts';

/** Listens on a TCP port. */
export async function listenOnTcp(
  host: string,
  port: number,
  options: ListenOptions,
  owner: ListenerOwner,
): Promise<Listener> {
  if (!owner.mayListenOn(host)) {
    throw new FcgiServerError(
      'FCGI_ADDRESS_DENIED',
      'server',
      `${formatTcpAddress(host, port)} can be reached from other machines, and whoever reaches a FastCGI port controls every param. Name the web servers in createServer({ allow: ['10.0.0.5'] }), or listen on 127.0.0.1 or a Unix socket.`,
    );
  }
  try {
    return await openNetListener(async (server) => {
      await startListening(server, { host, port, backlog: options.backlog ?? DEFAULT_BACKLOG });
      const info = server.address() as AddressInfo;
      return { address: formatTcpAddress(info.address, info.port) };
    }, owner);
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, formatTcpAddress(host, port));
  }
}

function explain(error: NodeJS.ErrnoException, address: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new FcgiServerError(
        'FCGI_ADDRESS_IN_USE',
        'server',
        `Another process listens on ${address}. Stop it (ss -ltnp shows it) or choose another port.`,
        { cause: error },
      );
    case 'EACCES':
      return new FcgiServerError(
        'FCGI_ADDRESS_DENIED',
        'server',
        `This user may not listen on ${address}. Ports below 1024 are for root; choose a higher one.`,
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new FcgiServerError(
        'FCGI_ADDRESS_INVALID',
        'server',
        `${address} is not an address of this machine. Use 127.0.0.1, or one that "ip address" shows.`,
        { cause: error },
      );
    default:
      return new FcgiServerError(
        'FCGI_LISTEN_FAILED',
        'server',
        `Cannot listen on ${address}: ${error.message}`,
        {
          cause: error,
        },
      );
  }
}
