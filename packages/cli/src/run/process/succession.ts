import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CommandFailure } from '../../command-failure.ts';

/** What a runner leaves to the one that takes its place. */
export interface Inheritance {
  /** Where the socket listens, for messages. */
  readonly address: string;
  /** What `--listen` said when it was opened. */
  readonly listen: string;
  /** The process that has opened it. */
  readonly pid: number;
}

/** The runner that takes the place of this one. */
export interface Successor {
  readonly pid: number;
  /** Tells it that nothing is held here any more that can be had once only. */
  release(): void;
}

/** What is handed over, and to whom it is told. */
interface HandOver {
  /** Where this process was started. */
  readonly cwd: string;
  /** The listening socket. */
  readonly fd: number;
  readonly left: Inheritance;
  readonly say: (message: string) => void;
}

/** The environment variable with which one runner starts the next; nobody else sets it. */
const VARIABLE = 'FCGI_RUN_INHERITANCE';

/** The descriptor on which the next runner finds the listening socket. */
export const INHERITED_SOCKET = 3;

/** Variables that are true of one process only. */
const PERSONAL = ['LISTEN_FDNAMES', 'LISTEN_FDS', 'LISTEN_PID', 'WATCHDOG_PID'];

/** What the runner before this one has left to it, if there was one. The application is not to see it. */
export function inheritance(): Inheritance | undefined {
  const text = process.env[VARIABLE];
  delete process.env[VARIABLE];
  if (text === undefined) return undefined;
  process.once('disconnect', endEarly);
  return JSON.parse(text) as Inheritance;
}

/** The process before this one has gone before it could hand over: somebody has ended it, and means this one, too. */
function endEarly(): void {
  process.kill(process.pid, 'SIGTERM');
}

/**
 * What `USR2` does: another process with the same command line takes the place of this one, and its socket.
 *
 * @returns the new process, when it serves
 */
export function successorAtSignal({ cwd, fd, left, say }: HandOver): Promise<Successor> {
  let isUnderWay = false;
  return new Promise((resolve) => {
    process.on('SIGUSR2', async () => {
      if (isUnderWay) return;
      isUnderWay = true;
      say('starting anew, with the same socket');
      try {
        const successor = await startSuccessor(fd, cwd, left);
        say(`process ${successor.pid} serves; this one, ${process.pid}, lets its requests end`);
        resolve(successor);
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
        say(`starting anew has failed, and this process goes on: ${error.message}`);
        isUnderWay = false;
      }
    });
  });
}

/**
 * Starts this very command once more: whatever its files now are, with the socket of this process.
 *
 * @returns the new process, which serves
 * @throws CommandFailure when it has ended before
 */
async function startSuccessor(fd: number, cwd: string, left: Inheritance): Promise<Successor> {
  if (left.address.startsWith('http:')) {
    throw new CommandFailure('a gateway for trying cannot be handed over');
  }
  const env: NodeJS.ProcessEnv = { ...process.env, [VARIABLE]: JSON.stringify(left) };
  for (const name of PERSONAL) delete env[name];
  const successor = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit', fd, 'ipc'],
  });
  const done = new AbortController();
  const { signal } = done;
  try {
    const ended = once(successor, 'close', { signal }).then(([code, killer]) => {
      throw new CommandFailure(`the new process has ended: ${killer ?? `exit status ${code}`}`);
    });
    await Promise.race([once(successor, 'message', { signal }), ended]);
  } finally {
    done.abort();
  }
  return { pid: successor.pid!, release: () => successor.disconnect() };
}

/** Tells the runner before this one that it may go; resolves when it has let go of all that can be had once only. */
export async function succeed(): Promise<void> {
  process.off('disconnect', endEarly);
  const released = once(process, 'disconnect');
  process.send?.({ fcgi: 'serving' });
  await released;
}
