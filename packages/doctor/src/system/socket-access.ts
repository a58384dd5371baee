import {
  type Account,
  closedFolder,
  describeEntry,
  fileOf,
  isAllowed,
  type PathEntry,
  Permission,
} from './access.ts';
import { nameOf, pathEntries } from './path-entries.ts';
import { type WebServerUser, webServerUsers } from './web-server-users.ts';

/**
 * What the first request would find out with a 502: that no web server of this machine may connect to a Unix socket.
 *
 * @param address where an application is served; what is no Unix socket is not looked at
 * @returns what is in the way, and what to do; undefined where one of them may connect, or there is none
 */
export async function accessWarning(address: string): Promise<string | undefined> {
  if (!address.startsWith('unix:')) return undefined;
  const entries = await pathEntries(address.slice('unix:'.length));
  return describeDenial(entries, webServerUsers(), (gid) => nameOf('group', gid));
}

/** @param groupName the name of a group */
export function describeDenial(
  entries: readonly PathEntry[],
  webServers: readonly WebServerUser[],
  groupName: (gid: number) => string,
): string | undefined {
  const denials = webServers.map(({ user }) => denial(entries, user));
  const [webServer, entry] = [webServers[0], denials[0]];
  if (webServer === undefined || entry === undefined || denials.includes(undefined)) return undefined;
  const { product, user } = webServer;
  const who = `${product} (user ${user.name}) cannot open this socket, and will answer 502 or 503`;
  return entry.isFolder
    ? `${who}: it may not enter ${describeEntry(entry)}. Let it pass with chmod o+x ${entry.path}, or listen in /run.`
    : `${who}: it may not write to ${describeEntry(entry)}. Give the socket its group: --socket-group ${groupName(user.gid)} (as root, or as a member of that group).`;
}

/** The first thing on the way to a socket that is closed to a user. */
function denial(entries: readonly PathEntry[], user: Account): PathEntry | undefined {
  const socket = fileOf(entries);
  if (socket === undefined) return undefined;
  const folder = closedFolder(entries, user);
  return folder ?? (isAllowed(socket, user, Permission.write) ? undefined : socket);
}
