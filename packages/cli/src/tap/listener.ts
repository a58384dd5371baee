import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { type FcgiAddress, formatAddress } from '@fcgi-js/client';
import { CommandFailure } from '../command-failure.ts';

/**
 * Listens, and accepts half-closed connections. A socket file that somebody has left behind is replaced.
 *
 * @param mode of a Unix socket; it is never open to more, not even for a moment
 * @throws CommandFailure where it cannot listen there
 */
export async function openListener(address: FcgiAddress, mode: number): Promise<Server> {
  try {
    return await listen(address, mode);
  } catch (error) {
    if (address.kind === 'unix' && codeOf(error) === 'EADDRINUSE' && (await isStale(address.path))) {
      await unlink(address.path);
      return await listen(address, mode).catch((again) => fail(address, again));
    }
    return fail(address, error);
  }
}

async function listen(address: FcgiAddress, mode: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const listening = once(server, 'listening');
  if (address.kind === 'tcp') {
    server.listen({ host: address.host, port: address.port });
    await listening;
    return server;
  }
  const earlier = process.umask(0o777);
  try {
    server.listen({ path: address.path });
  } finally {
    process.umask(earlier);
  }
  await listening;
  await chmod(address.path, mode);
  return server;
}

/** Whether it is a socket that nobody listens on any more: a file refuses connections just so. */
async function isStale(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return codeOf(error) === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

function fail(address: FcgiAddress, error: unknown): never {
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'this user may not',
    EADDRINUSE: 'something listens there already',
    ENOENT: 'its folder does not exist',
  };
  const reason = reasons[codeOf(error)] ?? (error as Error).message;
  throw new CommandFailure(`Cannot listen on ${formatAddress(address)}: ${reason}.`, undefined, {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
