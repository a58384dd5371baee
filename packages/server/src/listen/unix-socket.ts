import cluster from 'node:cluster';
import { chmodSync, existsSync, lchownSync, lstatSync, renameSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { checkOptions, FcgiOptionError } from '@fcgi-js/protocol/options';
import { causedBy, errors, FcgiServerError } from '../errors.ts';
import { DEFAULT_BACKLOG, LISTEN_OPTIONS, type ListenOptions } from './listener.ts';
import { startListening } from './net-listener.ts';
import { canBeReplaced, interference, PrivateFolder } from './private-folder.ts';
import { groupId, userId } from './system-ids.ts';
import { UnixSocketFile } from './unix-socket-file.ts';

/** Bytes that a socket path may have: the kernel's `sun_path` less the NUL at its end. */
const PATH_LIMIT = process.platform === 'linux' ? 107 : 103;

const DEFAULT_MODE = 0o660;

/**
 * Makes a server of Node listen on a Unix socket, as `listen()` of a FastCGI server does: for what listens beside it, such
 * as a `http.Server` for WebSockets.
 *
 * The socket is bound in a folder of its own that only this user can enter, gets its owner and mode there, and is then renamed
 * to its path. So it is never wider than it should be; nothing that another user puts into the folder meanwhile gets
 * its owner or mode; a stale socket is replaced in one step.
 *
 * In a worker of `node:cluster` the primary binds, once for all workers that run as its user.
 *
 * @param server that does not listen yet; `server.address()` gives a name that the socket had before
 * @param givenPath of the socket; what is there may only be a socket on which no process listens
 * @param options see there for the defaults
 * @returns the file, which {@link UnixSocketFile.remove} removes; `server.close()` does not
 * @throws FcgiServerError `FCGI_ADDRESS_DENIED`, `FCGI_ADDRESS_IN_USE`, `FCGI_ADDRESS_INVALID` or `FCGI_LISTEN_FAILED`
 * @throws FcgiOptionError where an option is unknown or of the wrong kind
 */
export async function listenOnUnixSocket(
  server: Server,
  givenPath: string,
  options: ListenOptions = {},
): Promise<UnixSocketFile> {
  checkOptions('listenOnUnixSocket()', options, LISTEN_OPTIONS);
  if (server.listening) throw new FcgiOptionError('listenOnUnixSocket(): The server listens already.');
  const path = resolve(givenPath);
  checkLength(path, path);
  try {
    if (cluster.isWorker) return await bindThroughPrimary(server, path, options);
    await checkFree(path);
    return await bind(server, path, options);
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, path);
  }
}

/** From the call of `listen()` to the renaming, all happens in one turn: nothing can be accepted before. */
async function bind(server: Server, path: string, options: ListenOptions): Promise<UnixSocketFile> {
  const { backlog = DEFAULT_BACKLOG } = options;
  const folder = new PrivateFolder(dirname(path));
  const bound = temporaryName(path, folder);
  let listening: Promise<void> | undefined;
  let identity: string | undefined;
  try {
    checkLength(path, bound);
    listening = startListening(server, { backlog, path: bound });
    if (server.listening) {
      identity = new UnixSocketFile(bound).identity;
      publish(bound, `${folder.beside}${basename(path)}`, options);
    }
  } catch (error) {
    // It has removed the socket when it returns.
    if (server.listening) server.close();
    throw error;
  } finally {
    folder.close();
  }
  await listening;
  return new UnixSocketFile(path, identity === undefined ? {} : { identity });
}

/** Gives a bound socket its owner, mode and place. */
function publish(bound: string, place: string, { group, mode = DEFAULT_MODE, owner }: ListenOptions): void {
  const uid = owner === undefined ? -1 : userId(owner);
  const gid = group === undefined ? -1 : groupId(group);
  chmodSync(bound, mode);
  if (uid !== -1 || gid !== -1) lchownSync(bound, uid, gid);
  renameSync(bound, place);
}

/**
 * The primary binds the name that all its workers ask for, and binds it once. The first worker that gets the socket moves it
 * to its path; the others look whether it is there. The file stays when a worker ends, because others may serve it; the
 * next start replaces it.
 */
async function bindThroughPrimary(
  server: Server,
  path: string,
  options: ListenOptions,
): Promise<UnixSocketFile> {
  const folder = dirname(path);
  // A name that all workers know is a name that others know.
  if (process.geteuid?.() === 0 && canBeReplaced(folder)) throw interference(folder);
  const bound = join(folder, `.fcgi-${process.ppid.toString(36)}-${basename(path)}`);
  checkLength(path, bound);
  const { backlog = DEFAULT_BACKLOG } = options;
  await startListening(server, { backlog, path: bound });
  const isMoved = () => !existsSync(bound);
  try {
    if (!isMoved()) {
      await checkFree(path);
      publish(bound, path, options);
    }
  } catch (error) {
    // Unless another worker has been faster.
    if (!isMoved()) {
      server.close();
      throw error;
    }
  }
  if (await isAlive(path)) return new UnixSocketFile(path, { owned: false });
  server.close();
  throw errors.FCGI_LISTEN_FAILED.cluster(path, folder);
}

/** The name that a socket is bound with: its own as far as the system allows it, and one that no other folder has. */
function temporaryName(path: string, { inside, unique }: PrivateFolder): string {
  const telling = `${inside}${basename(path)}.${unique}`;
  return Buffer.byteLength(telling) <= PATH_LIMIT ? telling : `${inside}${unique}`;
}

function checkLength(path: string, bound: string): void {
  const length = Math.max(Buffer.byteLength(path), Buffer.byteLength(bound));
  if (length <= PATH_LIMIT) return;
  throw errors.FCGI_ADDRESS_INVALID.length(path, length, PATH_LIMIT);
}

/** A stale socket may be replaced; a live one, or another kind of file, may not. */
async function checkFree(path: string): Promise<void> {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw errors.FCGI_ADDRESS_IN_USE.file(path);
  }
  if (await isAlive(path)) {
    throw errors.FCGI_ADDRESS_IN_USE.path(path);
  }
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolvePromise) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolvePromise(true);
    });
    // Only a refused connection says that no process listens. No permission, or a full backlog, says that one may.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolvePromise(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function explain(error: NodeJS.ErrnoException, path: string): Error {
  if (error instanceof FcgiServerError) return error;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return causedBy(error, errors.FCGI_ADDRESS_DENIED.path(path, dirname(path)));
    case 'ENOENT':
    case 'ENOTDIR':
      return causedBy(error, errors.FCGI_ADDRESS_INVALID.noFolder(path, dirname(path)));
    default:
      return causedBy(error, errors.FCGI_LISTEN_FAILED.on(`"${path}"`, error.message));
  }
}
