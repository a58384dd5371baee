import { parseListenAddress } from '../listen-address.ts';
import { listenAuto } from './auto.ts';
import { listenOnFd } from './inherited.ts';
import type { Listener, ListenerOwner, ListenOptions } from './listener.ts';
import { listenOnSystemdSocket } from './systemd.ts';
import { listenOnTcp } from './tcp.ts';
import { listenOnUnixSocket } from './unix-socket.ts';

/**
 * Starts to accept connections.
 *
 * @throws FcgiServerError with what to do
 */
export function openListener(
  address: string,
  options: ListenOptions,
  owner: ListenerOwner,
): Promise<Listener> {
  const parsed = parseListenAddress(address);
  switch (parsed.kind) {
    case 'unix':
      return listenOnUnixSocket(parsed.path, options, owner);
    case 'tcp':
      return listenOnTcp(parsed.host, parsed.port, options, owner);
    case 'fd':
      return listenOnFd(parsed.fd, options, owner);
    case 'systemd':
      return listenOnSystemdSocket(parsed.name, options, owner);
    case 'auto':
      return listenAuto(options, owner);
  }
}
