import type { Additions } from '../additions.ts';
import { RunnerError } from '../errors.ts';
import type { RunOptions } from '../options/run-options.ts';
import { type LaunchSettings, socketOptions } from '../process/launch-settings.ts';
import { type HeldSocket, inheritedSocket, openSocket } from './held-socket.ts';
import type { HeldPort } from './worker-ports.ts';

/** Where the workers serve, and what is closed at the end. */
export interface PoolSocket {
  readonly address: string;
  close(timeout: number): Promise<void>;
  readonly socket: HeldSocket;
}

/** The socket of a process whose place this one takes. */
export interface Inherited extends PoolSocket {
  /** Those that its application has opened itself. */
  readonly ports: readonly HeldPort[];
}

/** The socket of upgrades, where they are served. */
export async function openUpgradeSocket(
  options: RunOptions,
  launch: LaunchSettings,
): Promise<HeldSocket | undefined> {
  const { upgradeListen: address } = options;
  if (address === undefined) return undefined;
  return inheritedSocket(address) ?? openSocket(address, socketOptions(options, launch));
}

/** The socket of the workers, and, where there is none to be had, a gateway in front of one of their own. */
export async function openPoolSocket(
  options: RunOptions,
  launch: LaunchSettings,
  openGateway: Additions['openGateway'],
): Promise<PoolSocket> {
  const { listen, mount } = options;
  const inherited = inheritedSocket(listen);
  if (inherited !== undefined)
    return { address: inherited.address, close: async () => {}, socket: inherited };
  if (listen !== 'auto') {
    const socket = await openSocket(listen, socketOptions(options, launch));
    return { address: socket.address, close: async () => {}, socket };
  }
  if (openGateway === undefined) {
    throw new RunnerError(
      'FCGI_SOCKET_UNUSABLE',
      'There is no socket to serve on: this process was started with none. Name one, such as listen: "unix:/run/app.sock".',
    );
  }
  let socket: HeldSocket | undefined;
  const gateway = await openGateway({
    listen: async (path) => {
      socket = await openSocket(path, {});
    },
    mount,
  });
  return { address: gateway.url, close: (timeout) => gateway.close(timeout), socket: socket! };
}
