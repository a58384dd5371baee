import { closeSync } from 'node:fs';
import { isFcgiListenSocket, type ListenOptions, parseListenAddress, UnixSocketFile } from '@fcgi-js/server';
import { defined } from '../defined.ts';
import { RunnerError } from '../errors.ts';
import type { LeftSocket } from '../process/inheritance.ts';
import { howItEnded, startProcess } from '../process/start-process.ts';
import { programFile } from '../programs.ts';

/** A listening socket that this process keeps open and never accepts on. */
export interface HeldSocket {
  readonly address: string;
  readonly fd: number;
  /** Lets go of it: connections are refused, unless a worker has it, too. */
  close(): void;
  /** Which file the one of a Unix socket is, for the process that takes the place of this one; `undefined` where it has none of ours. */
  readonly file: string | undefined;
  /** Whether the file of a Unix socket of ours has gone. */
  isGone(): boolean;
  /** Removes the socket file, so no new connection arrives. */
  unpublish(): void;
}

/** What the opener sends: one of them. */
interface Opened {
  readonly address?: string;
  readonly error?: string;
  /** Which file the one of a Unix socket is: at the path there may be another one by now, or none. */
  readonly file?: string;
}

/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST_SYSTEMD_FD = 3;

/** What systemd writes into LISTEN_FDS where it passes sockets. */
const SOCKET_COUNT = /^[1-9]\d{0,5}$/;

/** A descriptor of this process, from wherever. Node does not document it: it is looked for before it is used. */
interface WithDescriptor {
  close(): void;
  readonly fd?: number;
}

/**
 * The socket that this process was started with, if it was.
 *
 * @param address what `--listen` says; `auto` and `systemd` look around
 */
export function inheritedSocket(address: string): HeldSocket | undefined {
  const fd = inheritedDescriptor(address);
  if (fd === undefined) return undefined;
  if (!isFcgiListenSocket(fd))
    throw new RunnerError('FCGI_SOCKET_UNUSABLE', `Descriptor ${fd} is not a listening socket.`);
  return { address: `fd:${fd}`, fd, close: () => closeSync(fd), ...published(`fd:${fd}`) };
}

function inheritedDescriptor(address: string): number | undefined {
  const parsed = parseListenAddress(address);
  const { LISTEN_FDNAMES = '', LISTEN_FDS = '', LISTEN_PID } = process.env;
  const hasSystemd = LISTEN_PID === String(process.pid) && SOCKET_COUNT.test(LISTEN_FDS);
  switch (parsed.kind) {
    case 'fd':
      return parsed.fd;
    case 'systemd': {
      const index = parsed.name === undefined ? 0 : LISTEN_FDNAMES.split(':').indexOf(parsed.name);
      if (hasSystemd && index >= 0 && index < Number(LISTEN_FDS)) return FIRST_SYSTEMD_FD + index;
      throw new RunnerError(
        'FCGI_SOCKET_UNUSABLE',
        `systemd passes no socket${parsed.name === undefined ? '' : ` "${parsed.name}"`} to this process, by LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES. Start it through a .socket unit${parsed.name === undefined ? '' : ` with FileDescriptorName=${parsed.name}`}, or with systemd-socket-activate.`,
      );
    }
    case 'auto':
      if (hasSystemd) return FIRST_SYSTEMD_FD;
      return isFcgiListenSocket(0) ? 0 : undefined;
    default:
      return undefined;
  }
}

/** A socket that the runner before this one has left to it. */
export function leftSocket({ address, fd, file }: LeftSocket): HeldSocket {
  return { address, fd, close: () => closeSync(fd), ...published(address, file) };
}

/**
 * Opens a socket. A short-lived process of its own listens on it, as `listen()` of `@fcgi-js/server` does it, and
 * passes it over: a process that makes a socket listen with Node accepts on it, too, and this process is to stay out of
 * the way of requests. Connections wait in the socket until a worker takes them.
 *
 * @throws RunnerError with what to do, where the address cannot be listened on
 */
export async function openSocket(
  address: string,
  options: ListenOptions & { readonly allow?: readonly string[] },
): Promise<HeldSocket> {
  const [opened, handle] = await new Promise<[Opened, WithDescriptor | undefined]>((resolve, reject) => {
    const failed = (reason: string) =>
      reject(
        new RunnerError(
          'FCGI_SOCKET_UNUSABLE',
          `Cannot listen on ${address}: the process that opens it has ended: ${reason}`,
        ),
      );
    const opener = startProcess(
      process.execPath,
      [programFile('open-socket'), address, JSON.stringify(options)],
      {
        failed: (reason) => failed(`it could not be started: ${reason}`),
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      },
    );
    opener?.once('message', (message, sent) =>
      resolve([message as Opened, sent as WithDescriptor | undefined]),
    );
    opener?.once('close', (status, signal) => failed(howItEnded(status, signal)));
  });
  const fd = handle?.fd;
  if (opened.address === undefined || fd === undefined) {
    throw new RunnerError(
      'FCGI_SOCKET_UNUSABLE',
      opened.error ?? 'This version of Node does not pass listening sockets on.',
    );
  }
  const close = () => handle?.close();
  return { address: opened.address, fd, close, ...published(opened.address, opened.file) };
}

/** The file of a Unix socket, see {@link UnixSocketFile}; another socket has none. */
function published(address: string, identity?: string): Pick<HeldSocket, 'file' | 'isGone' | 'unpublish'> {
  if (!address.startsWith('unix:')) return { file: undefined, isGone: () => false, unpublish: () => {} };
  const file = new UnixSocketFile(address.slice('unix:'.length), defined({ identity }));
  return { file: file.identity, isGone: () => file.isGone(), unpublish: () => file.remove() };
}
