import { type AddressInfo, isIPv4, isIPv6, Server } from 'node:net';
import type { ListenTarget } from './listen-arguments.ts';

/** What `net.Server.prototype.listen` is without us. */
export type Listen = (this: Server, ...args: unknown[]) => Server;

/** The address of a server that listens everywhere, where the system does not tell. */
const EVERYWHERE: AddressInfo = { address: '::', family: 'IPv6', port: 0 };

/**
 * The address that a server would have if it listened: what it asked for, and for port 0 one that is free now.
 *
 * @param listen Node's own
 */
export function madeUpAddress(target: ListenTarget, listen: Listen): AddressInfo | string {
  if (target.kind === 'path') return target.path;
  const free = freeAddress(listen);
  if (target.kind === 'handle') return free;
  return { ...addressOf(target.host, free), port: target.port === 0 ? free.port : target.port };
}

function addressOf(host: string | undefined, everywhere: AddressInfo): Omit<AddressInfo, 'port'> {
  if (host === undefined) return everywhere;
  if (isIPv6(host)) return { address: host, family: 'IPv6' };
  // Names would have to be looked up, which takes longer than `listen()`.
  return { address: isIPv4(host) ? host : '127.0.0.1', family: 'IPv4' };
}

/** Opens a free port of all addresses, for as long as it takes to ask which one that is. */
function freeAddress(listen: Listen): AddressInfo {
  const server = new Server();
  // None is free: then the application sees port 0.
  server.once('error', () => {});
  Reflect.apply(listen, server, [{ exclusive: true, port: 0 }]);
  const address = server.address();
  server.close();
  return address === null || typeof address === 'string' ? EVERYWHERE : address;
}
