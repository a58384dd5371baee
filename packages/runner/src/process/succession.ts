import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isFcgiListenSocket } from '@fcgi-js/server';
import { RunnerError } from '../errors.ts';
import { isPassedConnection, type PassedConnection, sendable } from '../passed-connection.ts';
import type { HeldPort } from '../pool/worker-ports.ts';
import { CONTAINER_VARIABLE } from './container-init.ts';
import { onSignal } from './held-signals.ts';
import type { StartFolder } from './start-folder.ts';
import { howItEnded, startProcess } from './start-process.ts';

/** What a runner leaves to the one that takes its place. */
export interface Inheritance {
  /** Where the socket listens, for messages. */
  readonly address: string;
  /** What `--listen` said when it was opened. */
  readonly listen: string;
  /** The process that has opened it. */
  readonly pid: number;
  /** The ports that the application has opened itself; their sockets are on {@link FIRST_PORT} and the descriptors after it. */
  readonly ports: readonly string[];
}

/** The runner that takes the place of this one. */
export interface Successor {
  readonly pid: number;
  /** Tells it that nothing is held here any more that can be had once only. */
  release(): void;
  /** Leaves it a connection that web servers keep open for their next request. */
  give(connection: PassedConnection): void;
  /** Resolves when it has all connections that it was given. */
  given(): Promise<void>;
}

/** What is handed over, and to whom it is told. */
interface HandOver {
  /** The listening socket at that moment. */
  readonly fd: () => number;
  /** Where this process was started. */
  readonly folder: StartFolder;
  readonly left: Omit<Inheritance, 'ports'>;
  /** Those that the application has open at that moment. */
  readonly ports: () => readonly HeldPort[];
  readonly say: (message: string) => void;
}

/** The environment variable with which one runner starts the next. */
export const INHERITANCE_VARIABLE = 'FCGI_RUN_INHERITANCE';

/** The descriptor on which the next runner finds the listening socket. */
export const INHERITED_SOCKET = 3;

/** The descriptor on which it finds the first port of the application; between the two is the channel. */
export const FIRST_PORT = 5;

/** Variables that are true of one process only. */
const PERSONAL = ['LISTEN_FDNAMES', 'LISTEN_FDS', 'LISTEN_PID', 'WATCHDOG_PID'];

/** Whether a container ends when this very process does. */
let isWaitedFor = false;

/**
 * What the runner before this one has left to it, if there was one: the process that has started this one, to which there is a
 * channel, and the socket. A variable without them comes from elsewhere, and says nothing.
 *
 * @param say told why a variable is not believed
 */
export function inheritance(say: (message: string) => void): Inheritance | undefined {
  isWaitedFor = CONTAINER_VARIABLE in process.env;
  const text = process.env[INHERITANCE_VARIABLE];
  delete process.env[INHERITANCE_VARIABLE];
  if (text === undefined) return undefined;
  const left = readInheritance(text);
  const reason = whyForeign(left);
  if (left === undefined || reason !== undefined) {
    say(
      `the environment variable ${INHERITANCE_VARIABLE} is ignored, because ${reason}. fcgi run sets it for the process that takes its place at USR2; remove it from the environment of this command: unset ${INHERITANCE_VARIABLE}`,
    );
    return undefined;
  }
  process.once('disconnect', endEarly);
  return left;
}

function readInheritance(text: string): Inheritance | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { address, listen, pid, ports = [] } = value as Readonly<Record<string, unknown>>;
  const isWhole =
    typeof address === 'string' &&
    typeof listen === 'string' &&
    typeof pid === 'number' &&
    Array.isArray(ports) &&
    ports.every((where) => typeof where === 'string');
  return isWhole ? { address, listen, pid, ports } : undefined;
}

function whyForeign(left: Inheritance | undefined): string | undefined {
  if (left === undefined) return 'it does not have what fcgi run writes into it';
  if (left.pid !== process.ppid) {
    return `it names process ${left.pid}, and this process was started by ${process.ppid}`;
  }
  if (!process.connected) return 'the process that has started this one has opened no channel to it';
  if (!isFcgiListenSocket(INHERITED_SOCKET))
    return `descriptor ${INHERITED_SOCKET} is not a listening socket`;
  return undefined;
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
export function successorAtSignal({ fd, folder, left, ports, say }: HandOver): Promise<Successor> {
  let isUnderWay = false;
  return new Promise((resolve) => {
    const replace = async () => {
      if (isUnderWay) return;
      isUnderWay = true;
      say('starting anew, with the same socket');
      try {
        const successor = await startSuccessor(fd(), folder, left, ports());
        say(`process ${successor.pid} serves; this one, ${process.pid}, lets its requests end`);
        resolve(successor);
      } catch (error) {
        if (!(error instanceof RunnerError)) throw error;
        say(`starting anew has failed, and this process goes on: ${error.message}`);
        isUnderWay = false;
      }
    };
    onSignal('SIGUSR2', () => void replace());
  });
}

/**
 * Starts this very command once more: whatever its files now are, with the socket of this process.
 *
 * @returns the new process, which serves
 * @throws RunnerError when it could not be started, or has ended before
 */
async function startSuccessor(
  fd: number,
  folder: StartFolder,
  given: Omit<Inheritance, 'ports'>,
  ports: readonly HeldPort[],
): Promise<Successor> {
  const left: Inheritance = { ...given, ports: ports.map(({ where }) => where) };
  if (left.address.startsWith('http:')) {
    throw new RunnerError('FCGI_SUCCESSION_FAILED', 'a gateway for trying cannot be handed over');
  }
  if (isWaitedFor) {
    throw new RunnerError(
      'FCGI_SUCCESSION_FAILED',
      'the container would end with this process. HUP loads the application anew; for the rest, start another container',
    );
  }
  const env: NodeJS.ProcessEnv = { ...process.env, [INHERITANCE_VARIABLE]: JSON.stringify(left) };
  for (const name of PERSONAL) delete env[name];
  const [script = '', ...args] = process.argv.slice(1);
  let failed: (error: RunnerError) => void = () => {};
  const failure = new Promise<never>((_resolve, reject) => {
    failed = reject;
  });
  const successor = startProcess(process.execPath, [...process.execArgv, folder.named(script), ...args], {
    cwd: folder.path,
    env,
    failed: (reason) =>
      failed(new RunnerError('FCGI_SUCCESSION_FAILED', `the new process could not be started: ${reason}`)),
    stdio: ['ignore', 'inherit', 'inherit', fd, 'ipc', ...ports.map((port) => port.fd)],
  });
  if (successor?.pid === undefined) return failure;
  const { pid } = successor;
  successor.once('close', (code, killer) => {
    failed(
      new RunnerError('FCGI_SUCCESSION_FAILED', `the new process has ended: ${howItEnded(code, killer)}`),
    );
  });
  await Promise.race([new Promise((resolve) => successor.once('message', resolve)), failure]);
  const under = new Set<Promise<void>>();
  return {
    pid,
    release: () => send(successor, { fcgi: 'released' }),
    give: (connection) => {
      const passing = new Promise<void>((resolve) => {
        send(successor, { fcgi: 'connection' }, connection, resolve);
      }).then(() => {
        connection.close();
        under.delete(passing);
      });
      under.add(passing);
    },
    given: async () => {
      await Promise.all(under);
      if (successor.connected) successor.disconnect();
    },
  };
}

/** What one runner tells the next, and the next one it. */
interface SuccessionMessage {
  readonly fcgi: 'connection' | 'released' | 'serving';
}

function send(
  to: Pick<ChildProcess, 'connected' | 'send'>,
  message: SuccessionMessage,
  connection?: PassedConnection,
  sent = () => {},
): void {
  // Gone, it has nothing to be told.
  if (to.connected) to.send(message, connection === undefined ? undefined : sendable(connection), {}, sent);
  else sent();
}

/** Tells the runner before this one that it may go; resolves when it has let go of all that can be had once only. */
export async function succeed(): Promise<void> {
  process.off('disconnect', endEarly);
  // Gone by itself, it holds nothing.
  if (!process.connected) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  const released = [once(process, 'disconnect', { signal }), once(process, 'message', { signal })];
  const serving: SuccessionMessage = { fcgi: 'serving' };
  process.send?.(serving, undefined, {}, () => {});
  await Promise.race(released);
  waiting.abort();
  await Promise.allSettled(released);
}

/** Takes the connections that the runner before this one leaves, each of which waits for its next request. */
export function takeConnections(take: (connection: PassedConnection) => void): void {
  process.on('message', (_message, handle: unknown) => {
    if (isPassedConnection(handle)) take(handle);
  });
}
