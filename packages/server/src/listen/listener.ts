import type { Duplex } from 'node:stream';
import { integer, type OptionKind, type OptionKinds } from '@fcgi-js/protocol/options';

/** How to listen. What does not apply to a kind of address is ignored by it. */
export interface ListenOptions {
  /**
   * Connections that the system keeps until they are accepted.
   *
   * @defaultValue as many as the system allows (net.core.somaxconn)
   */
  readonly backlog?: number | undefined;
  /** Group of a Unix socket, by name or number. */
  readonly group?: number | string | undefined;
  /**
   * Permissions of a Unix socket. Connecting needs write permission.
   *
   * @defaultValue 0o660
   */
  readonly mode?: number | undefined;
  /** Owner of a Unix socket, by name or number. */
  readonly owner?: number | string | undefined;
}

const USER_OR_GROUP: OptionKind = {
  words: 'a name or a number',
  accepts: (value) =>
    (typeof value === 'string' && value !== '') || (Number.isInteger(value) && Number(value) >= 0),
};

/** The kinds of {@link ListenOptions}. */
export const LISTEN_OPTIONS: OptionKinds<ListenOptions> = {
  backlog: integer(1, 0x7fff_ffff, 'a whole number above 0'),
  group: USER_OR_GROUP,
  mode: integer(0, 0o777, 'a number from 0 to 0o777, for example 0o660'),
  owner: USER_OR_GROUP,
};

/** A connection as the listeners hand it on. */
export type AcceptedSocket = Duplex & {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
};

/** What a listener needs of its server. */
export interface ListenerOwner {
  accept(socket: AcceptedSocket): void;
  /** Serves a connection that comes from the process itself. */
  acceptLocal(stream: Duplex): void;
  /** Milliseconds without a byte after which TCP looks whether the other side is there; Infinity for never. */
  readonly keepAliveDelay: number;
  mayListenOn(host: string): boolean;
  onError(error: Error): void;
}

/** A place where connections are accepted. */
export interface Listener {
  /** The address as text, with the port that the system chose. */
  readonly address: string;
  /** Stops accepting; connections that were waiting are accepted before. */
  close(): Promise<void>;
}

/** The most that can be asked for: the system keeps as many as it allows (net.core.somaxconn). */
export const DEFAULT_BACKLOG = 0x7fff_ffff;
