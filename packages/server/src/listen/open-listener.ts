import { checkOptions } from '@fcgi-js/protocol/options';
import { listenAuto } from './auto.ts';
import { listenOnFd } from './inherited.ts';
import { parseListenAddress } from './listen-address.ts';
import { LISTEN_OPTIONS, type Listener, type ListenerOwner, type ListenOptions } from './listener.ts';
import { openNetListener } from './net-listener.ts';
import { listenOnSystemdSocket } from './systemd.ts';
import { listenOnTcp } from './tcp.ts';
import { listenOnUnixSocket } from './unix-socket.ts';

/**
 * Starts to accept connections.
 *
 * @throws FcgiServerError with what to do
 * @throws TypeError where an option is unknown or of the wrong kind
 */
export function openListener(
  address: string,
  options: ListenOptions,
  owner: ListenerOwner,
): Promise<Listener> {
  checkOptions('listen()', options, LISTEN_OPTIONS);
  const parsed = parseListenAddress(address);
  switch (parsed.kind) {
    case 'unix':
      return openNetListener(async (server) => {
        const file = await listenOnUnixSocket(server, parsed.path, options);
        return { address: `unix:${file.path}`, unpublish: () => file.remove() };
      }, owner);
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
