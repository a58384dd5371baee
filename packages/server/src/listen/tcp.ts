import type { AddressInfo } from 'node:net';
import { causedBy, errors } from '../errors.ts';
import { formatTcpAddress } from './listen-address.ts';
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
    throw errors.FCGI_ADDRESS_DENIED.reachable(formatTcpAddress(host, port));
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
      return causedBy(error, errors.FCGI_ADDRESS_IN_USE.port(address));
    case 'EACCES':
      return causedBy(error, errors.FCGI_ADDRESS_DENIED.port(address));
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return causedBy(error, errors.FCGI_ADDRESS_INVALID.foreign(address));
    default:
      return causedBy(error, errors.FCGI_LISTEN_FAILED.on(address, error.message));
  }
}
