import { parseListenAddress } from '../listen-address.ts';
import { checkOptions, integer, type OptionKind, type OptionKinds } from '../options.ts';
import { listenAuto } from './auto.ts';
import { listenOnFd } from './inherited.ts';
import type { Listener, ListenerOwner, ListenOptions } from './listener.ts';
import { listenOnSystemdSocket } from './systemd.ts';
import { listenOnTcp } from './tcp.ts';
import { listenOnUnixSocket } from './unix-socket.ts';

const USER_OR_GROUP: OptionKind = {
  words: 'a name or a number',
  accepts: (value) =>
    (typeof value === 'string' && value !== '') || (Number.isInteger(value) && Number(value) >= 0),
};

const LISTEN_OPTIONS: OptionKinds<ListenOptions> = {
  backlog: integer(1, 0x7fff_ffff, 'a whole number above 0'),
  group: USER_OR_GROUP,
  mode: integer(0, 0o777, 'a number from 0 to 0o777, for example 0o660'),
  owner: USER_OR_GROUP,
};

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
