import cluster from 'node:cluster';
import { chmodSync, chownSync, existsSync, lstatSync, renameSync, rmSync, type Stats } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { FcgiServerError } from '../errors.ts';
import { DEFAULT_BACKLOG, type Listener, type ListenerOwner, type ListenOptions } from './listener.ts';
import { type NetListenerSetup, openNetListener } from './net-listener.ts';
import { groupId, userId } from './system-ids.ts';

/** Bytes that a socket path may have: the kernel's `sun_path` less the NUL at its end. */
const PATH_LIMIT = process.platform === 'linux' ? 107 : 103;

const DEFAULT_MODE = 0o660;

/**
 * Listens on a Unix socket.
 *
 * It is bound under a name of its own that nobody may connect to, gets its owner and mode, and is then renamed
 * to its path. So it is never wider than it should be, replaces a stale socket in one step, and closing never
 * removes a socket that another process has put there since.
 *
 * In a worker of `node:cluster` the primary binds, once for all workers; see {@link listenThroughPrimary}.
 */
export async function listenOnUnixSocket(
  givenPath: string,
  options: ListenOptions,
  owner: ListenerOwner,
): Promise<Listener> {
  const path = resolve(givenPath);
  const boundPath = temporaryName(path, cluster.isWorker ? process.ppid : process.pid);
  const mode = options.mode ?? DEFAULT_MODE;
  const uid = options.owner === undefined ? -1 : userId(options.owner);
  const gid = options.group === undefined ? -1 : groupId(options.group);
  checkLength(path, boundPath);
  let ours: Stats | undefined;
  const setup: UnixSocketSetup = {
    target: { path: boundPath, backlog: options.backlog ?? DEFAULT_BACKLOG },
    bound: () => {
      if (uid !== -1 || gid !== -1) chownSync(boundPath, uid, gid);
      chmodSync(boundPath, mode);
      ours = lstatSync(boundPath);
      renameSync(boundPath, path);
    },
    address: () => `unix:${path}`,
    unpublish: () => removeIfOurs(path, ours),
  };
  try {
    if (cluster.isWorker) return await listenThroughPrimary(path, boundPath, setup, owner);
    await checkFree(path);
    return await openUnderUmask(setup, owner);
  } catch (error) {
    if (existsSync(boundPath)) rmSync(boundPath, { force: true });
    throw explain(error as NodeJS.ErrnoException, path);
  }
}

/** What makes a bound socket one at its path. */
type UnixSocketSetup = NetListenerSetup & { bound(): void };

async function openUnderUmask(setup: UnixSocketSetup, owner: ListenerOwner): Promise<Listener> {
  const umask = process.umask(0o777);
  let opening: Promise<Listener>;
  try {
    // Binding happens within this call, and so does `bound`; nothing else runs under this umask.
    opening = openNetListener(setup, owner);
  } finally {
    process.umask(umask);
  }
  return opening;
}

/**
 * The primary binds the name that all its workers ask for, and binds no second time. The first worker that gets the socket moves
 * it to its path; the others look whether that is so. It stays there when a worker ends, because others may serve it; the next
 * start replaces it.
 */
async function listenThroughPrimary(
  path: string,
  boundPath: string,
  { address, bound, target }: UnixSocketSetup,
  owner: ListenerOwner,
): Promise<Listener> {
  const listener = await openNetListener({ address, target }, owner);
  const isMoved = () => !existsSync(boundPath);
  try {
    if (!isMoved()) {
      await checkFree(path);
      bound();
    }
  } catch (error) {
    // Another worker has been faster.
    if (!isMoved()) {
      await listener.close();
      throw error;
    }
  }
  if (await isAlive(path)) return listener;
  await listener.close();
  throw new FcgiServerError(
    'FCGI_LISTEN_FAILED',
    'server',
    `Nothing listens on "${path}", though the primary of this cluster worker has opened it: its user may not use the folder ${dirname(path)}, or the socket was removed. Listen on TCP, which workers of a cluster can always share, or use one process and fcgi run --workers.`,
  );
}

/**
 * Next to the path, because renaming works only within a file system; short, because paths are.
 *
 * @param owner the id of the process that binds it
 */
function temporaryName(path: string, owner: number): string {
  const suffix = owner.toString(36);
  const telling = join(dirname(path), `.${basename(path)}.${suffix}`);
  return Buffer.byteLength(telling) <= PATH_LIMIT ? telling : join(dirname(path), `.${suffix}`);
}

function checkLength(path: string, boundPath: string): void {
  const length = Math.max(Buffer.byteLength(path), Buffer.byteLength(boundPath));
  if (length > PATH_LIMIT) {
    throw new FcgiServerError(
      'FCGI_ADDRESS_INVALID',
      'server',
      `The socket path "${path}" needs ${length} bytes, but this system allows ${PATH_LIMIT}. Use a shorter path, for example in /run.`,
    );
  }
}

/** A stale socket may be replaced; a live one, or another kind of file, may not. */
async function checkFree(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new FcgiServerError(
      'FCGI_ADDRESS_IN_USE',
      'server',
      `"${path}" exists and is not a socket. Choose another path, or remove it if it is not needed.`,
    );
  }
  if (await isAlive(path)) {
    throw new FcgiServerError(
      'FCGI_ADDRESS_IN_USE',
      'server',
      `Another process listens on "${path}". Stop it (ss -xlp shows it) or choose another path.`,
    );
  }
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolvePromise) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolvePromise(true);
    });
    // Only a refused connection says that nobody listens. No permission, or a full backlog, says somebody may.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolvePromise(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function removeIfOurs(path: string, ours: Stats | undefined): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && ours !== undefined && stats.ino === ours.ino && stats.dev === ours.dev) {
    rmSync(path, { force: true });
  }
}

function explain(error: NodeJS.ErrnoException, path: string): Error {
  if (error instanceof FcgiServerError) return error;
  // libuv says EACCES for a folder that is not there.
  const isMissing = error.code === 'EACCES' && !existsSync(dirname(path));
  switch (isMissing ? 'ENOENT' : error.code) {
    case 'EACCES':
    case 'EPERM':
      return new FcgiServerError(
        'FCGI_ADDRESS_DENIED',
        'server',
        `This user may not make the socket "${path}", or not give it this owner. It needs write permission in ${dirname(path)}; changing the owner needs root.`,
        { cause: error },
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return new FcgiServerError(
        'FCGI_ADDRESS_INVALID',
        'server',
        `There is no folder ${dirname(path)} for the socket "${path}". Make it first; in /run it is gone after each boot (systemd: RuntimeDirectory=).`,
        { cause: error },
      );
    default:
      return new FcgiServerError(
        'FCGI_LISTEN_FAILED',
        'server',
        `Cannot listen on "${path}": ${error.message}`,
        {
          cause: error,
        },
      );
  }
}
