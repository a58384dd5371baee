import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** In /proc/net/unix: the socket accepts connections. */
const ACCEPTS = 0x0001_0000;
/** In /proc/net/unix: a connection that has been accepted; one that waits is 02. */
const ACCEPTED = '03';
/** In /proc/net/tcp: the socket listens. */
const LISTEN_STATE = '0A';

/** A row of the kernel's list of Unix sockets. */
interface UnixSocket {
  readonly inode: string;
  readonly isListening: boolean;
  readonly isAccepted: boolean;
  readonly path: string;
}

/** Whether this system tells which sockets there are. Linux does. */
export function canSeeSockets(): boolean {
  return process.platform === 'linux';
}

/** The descriptor of this process that is the listening Unix socket with a path. */
export function descriptorOf(path: string): number | undefined {
  const inode = unixSockets().find((socket) => socket.isListening && socket.path === path)?.inode;
  return inode === undefined ? undefined : descriptors('self').find((each) => each.inode === inode)?.fd;
}

/** Whether a connection to the socket that was made with a path has been accepted. */
export function isAccepted(path: string): boolean {
  return unixSockets().some((socket) => socket.isAccepted && socket.path === path);
}

/**
 * The addresses on which the processes of a group listen.
 *
 * @param group the id of its leader
 * @param except the path with which another of their sockets was made
 */
export function listenersOf(group: number, except: string): string[] {
  const inodes = new Set(processesOf(group).flatMap((pid) => descriptors(pid).map(({ inode }) => inode)));
  const unix = unixSockets()
    .filter(
      ({ inode, isListening, path }) => isListening && inodes.has(inode) && path !== except && path !== '',
    )
    .map(({ path }) => `unix:${path}`);
  const tcp = ['tcp', 'tcp6']
    .flatMap(rows)
    .filter((fields) => fields[3] === LISTEN_STATE && inodes.has(fields[9] ?? ''))
    .map((fields) => tcpAddress(fields[1] ?? ''));
  return [...new Set([...unix, ...tcp])];
}

function processesOf(group: number): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
}

/** After the name in parentheses, which may hold anything: state, parent, group. */
function groupOf(pid: string): number | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`);
  return text === '' ? undefined : Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
}

function descriptors(pid: string): Array<{ fd: number; inode: string }> {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOrNothing(`${folder}/${fd}`))?.[1];
      return inode === undefined ? [] : [{ fd: Number(fd), inode }];
    });
  } catch {
    // It has just ended, or it is somebody else's.
    return [];
  }
}

function unixSockets(): UnixSocket[] {
  return rows('unix').map((fields) => ({
    inode: fields[6] ?? '',
    isListening: (Number.parseInt(fields[3] ?? '0', 16) & ACCEPTS) !== 0,
    isAccepted: fields[5] === ACCEPTED && (Number.parseInt(fields[3] ?? '0', 16) & ACCEPTS) === 0,
    path: fields[7] ?? '',
  }));
}

function rows(table: string): string[][] {
  return readOrNothing(`/proc/self/net/${table}`)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

/** Port 0BB8 of any address or of loopback can be reached at 127.0.0.1 or ::1; others are written as they are. */
function tcpAddress(hexadecimal: string): string {
  const [host = '', port = '0'] = hexadecimal.split(':');
  const number = Number.parseInt(port, 16);
  if (host.length === 8) return `tcp:${host === '00000000' ? '127.0.0.1' : ipv4(host)}:${number}`;
  return `tcp:[::1]:${number}`;
}

/** The kernel writes the bytes of an IPv4 address backwards. */
function ipv4(host: string): string {
  return (host.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // A process that has just ended; a kernel without IPv6.
    return '';
  }
}

function linkOrNothing(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
