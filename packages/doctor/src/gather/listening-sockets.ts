import { readdirSync } from 'node:fs';
import { readProc, socketsOf, tcpListeners, unixSockets } from '@fcgi-js/inspector/system';

/** Of an IPv4 address in hexadecimal. */
const IPV4_LENGTH = 8;

/** Whether this system tells which sockets there are. Linux does. */
export function canSeeSockets(): boolean {
  return process.platform === 'linux';
}

/** The descriptor of this process that is the listening Unix socket with a path. */
export function descriptorOf(path: string): number | undefined {
  const inode = unixSockets().find((socket) => socket.state === 'listening' && socket.path === path)?.inode;
  return inode === undefined ? undefined : socketsOf('self').find((each) => each.inode === inode)?.fd;
}

/** Whether a connection to the socket that was made with a path has been accepted. */
export function isAccepted(path: string): boolean {
  return unixSockets().some((socket) => socket.state === 'accepted' && socket.path === path);
}

/**
 * The addresses on which the processes of a group listen.
 *
 * @param group the id of its leader
 * @param except the path with which another of their sockets was made
 */
export function listenersOf(group: number, except: string): string[] {
  const inodes = new Set(processesOf(group).flatMap((pid) => socketsOf(pid).map(({ inode }) => inode)));
  const isTheirs = ({ inode }: { readonly inode: string }) => inodes.has(inode);
  const unix = unixSockets()
    .filter(({ path, state }) => state === 'listening' && path !== except && path !== '')
    .filter(isTheirs)
    .map(({ path }) => `unix:${path}`);
  const tcp = tcpListeners()
    .filter(isTheirs)
    .map(({ host, port }) => `tcp:${reachable(host)}:${port}`);
  return [...new Set([...unix, ...tcp])];
}

function processesOf(group: number): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
}

/** After the name in parentheses, which may hold anything: state, parent, group. */
function groupOf(pid: string): number | undefined {
  const text = readProc(`${pid}/stat`);
  return text === '' ? undefined : Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
}

/** Any address or loopback can be reached at 127.0.0.1 or ::1; others are written as they are. */
function reachable(host: string): string {
  if (host.length !== IPV4_LENGTH) return '[::1]';
  return host === '00000000' ? '127.0.0.1' : ipv4(host);
}

/** The kernel writes the bytes of an IPv4 address backwards. */
function ipv4(host: string): string {
  return (host.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
