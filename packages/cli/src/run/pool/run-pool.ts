import { relative } from 'node:path';
import { CommandFailure } from '../../command-failure.ts';
import { defined } from '../../defined.ts';
import { colorsOf, type Io } from '../../io.ts';
import { readSurroundings, type Surroundings, socketOptions } from '../process/surroundings.ts';
import type { RunOptions } from '../run.ts';
import { watchStopSignals } from '../stop-signals.ts';
import { openTrialGateway } from '../trial-gateway.ts';
import { type HeldSocket, inheritedSocket, openSocket } from './held-socket.ts';
import { Pool } from './pool.ts';

/** The parent of the workers: holds the socket, and keeps as many of them as there ought to be. */
export async function runPool(
  io: Io,
  file: string,
  size: number,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<void> {
  const say = (message: string) => {
    io.stderr.write(`${colorsOf(io.stderr, io.env).cyan('fcgi:')} ${message}\n`);
  };
  const signals = watchStopSignals();
  const { address, close, socket } = await open(options, surroundings);
  const { allow, args, blockedTimeout, maxAge, maxMemory, maxRequests, mount, requestTimeout } = options;
  const { startTimeout, stopTimeout } = options;
  const recycle = defined({ maxAge, maxMemory, maxRequests });
  const worker = {
    ...{ address, args, file, recycle, startTimeout, stopTimeout },
    ...defined({ allow, blockedTimeout, mount, requestTimeout }),
  };
  const name = relative(io.cwd, file);
  const renewed = renewing(options, surroundings, say);
  const pool = new Pool({ address, name, say, size, socket: socket.fd, surroundings: renewed, worker });
  process.on('SIGHUP', () => {
    say('reloading');
    pool.reload();
  });
  pool.start();
  const reason = await Promise.race([signals.first, pool.ended]);
  socket.unpublish();
  if (typeof reason !== 'string') {
    await close(1);
    throw new CommandFailure(`${name} could not be started`);
  }
  const ended = close(stopTimeout * 1000).then(() => {
    pool.end();
    return pool.ended;
  });
  const again = await Promise.race([ended, signals.second]);
  if (typeof again !== 'string') return;
  pool.kill();
  throw new CommandFailure(`${again}: ended at once, with what was under way`);
}

/** What a worker finds around it is looked at when it starts, and stays as it was when that can no longer be. */
function renewing(
  options: RunOptions,
  first: Surroundings,
  say: (message: string) => void,
): () => Surroundings {
  let latest = first;
  return () => {
    try {
      latest = readSurroundings(options);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      say(`${error.message} The next worker has what the one before it had`);
    }
    return latest;
  };
}

/** The socket of the workers, and, where there is none to be had, a gateway in front of one of their own. */
async function open(
  options: RunOptions,
  surroundings: Surroundings,
): Promise<{ address: string; close(timeout: number): Promise<void>; socket: HeldSocket }> {
  const { listen, mount } = options;
  const inherited = inheritedSocket(listen);
  if (inherited !== undefined)
    return { address: inherited.address, close: async () => {}, socket: inherited };
  if (listen !== 'auto') {
    const socket = await openSocket(listen, socketOptions(options, surroundings));
    return { address: socket.address, close: async () => {}, socket };
  }
  let socket: HeldSocket | undefined;
  const gateway = await openTrialGateway({
    listen: async (path) => {
      socket = await openSocket(path, {});
    },
    mount,
  });
  return { address: gateway.url, close: (timeout) => gateway.close(timeout), socket: socket! };
}
