import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { RunnerError } from '../errors.ts';
import { isPassedConnection, type PassedConnection, sendable } from '../passed-connection.ts';
import { CONTAINER_VARIABLE } from './container-init.ts';
import { onSignal } from './held-signals.ts';
import {
  INHERITANCE_VARIABLE,
  type Inheritance,
  type LeftSocket,
  readInheritance,
  renumbered,
  whyForeign,
} from './inheritance.ts';
import type { StartFolder } from './start-folder.ts';
import { howItEnded, startProcess } from './start-process.ts';

/** The runner that takes the place of this one. */
export interface Successor {
  readonly pid: number;
  /** What `listen` says of the sockets that it serves on. */
  readonly takes: ReadonlySet<string>;
  /** Tells it that nothing is held here any more that can be had once only. */
  release(): void;
  /** Leaves it a connection of such a socket, which web servers keep open for their next request. */
  give(listen: string, connection: PassedConnection): void;
  /** Resolves when it has all connections that it was given. */
  given(): Promise<void>;
}

/** What is handed over, and where that is said. */
interface HandOver {
  /** Where this process was started. */
  readonly folder: StartFolder;
  readonly group: {
    /** The sockets, which stay as they are from then on. */
    handOver(): Promise<readonly LeftSocket[]>;
    /** No process has taken them. */
    keep(): void;
  };
  readonly say: (message: string) => void;
}

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

/** The process before this one has gone before it could hand over: it was ended from outside, and this one is meant, too. */
function endEarly(): void {
  process.kill(process.pid, 'SIGTERM');
}

/**
 * What `USR2` does: another process with the same command line takes the place of this one, and its sockets.
 *
 * @returns the new process, when it serves
 */
export function successorAtSignal({ folder, group, say }: HandOver): Promise<Successor> {
  let isUnderWay = false;
  return new Promise((resolve) => {
    const replace = async () => {
      if (isUnderWay) return;
      isUnderWay = true;
      const left = await group.handOver();
      say(`starting anew, with the same ${left.length === 1 ? 'socket' : 'sockets'}`);
      try {
        const successor = await startSuccessor(folder, left);
        say(`process ${successor.pid} serves; this one, ${process.pid}, lets its requests end`);
        resolve(successor);
      } catch (error) {
        if (!(error instanceof RunnerError)) throw error;
        say(`starting anew has failed, and this process goes on: ${error.message}`);
        group.keep();
        isUnderWay = false;
      }
    };
    onSignal('SIGUSR2', () => void replace());
  });
}

/**
 * Starts this very command once more: whatever its files now are, with the sockets of this process.
 *
 * @returns the new process, which serves
 * @throws RunnerError when it could not be started, or has ended before
 */
async function startSuccessor(folder: StartFolder, sockets: readonly LeftSocket[]): Promise<Successor> {
  if (sockets.some(({ address }) => address.startsWith('http:'))) {
    throw new RunnerError('FCGI_SUCCESSION_FAILED', 'a gateway for trying cannot be handed over');
  }
  if (isWaitedFor) {
    throw new RunnerError(
      'FCGI_SUCCESSION_FAILED',
      'the container would end with this process. HUP loads the application anew; for the rest, start another container',
    );
  }
  const { descriptors, left } = renumbered(sockets);
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
    stdio: ['ignore', 'inherit', 'inherit', ...descriptors, 'ipc'],
  });
  if (successor?.pid === undefined) return failure;
  const { pid } = successor;
  successor.once('close', (code, killer) => {
    failed(
      new RunnerError('FCGI_SUCCESSION_FAILED', `the new process has ended: ${howItEnded(code, killer)}`),
    );
  });
  const serving = new Promise<SuccessionMessage>((resolve) => successor.once('message', resolve));
  const message = await Promise.race([serving, failure]);
  const under = new Set<Promise<void>>();
  return {
    pid,
    takes: new Set(message.fcgi === 'serving' ? message.takes : []),
    release: () => send(successor, { fcgi: 'released' }),
    give: (listen, connection) => {
      const passing = new Promise<void>((resolve) => {
        send(successor, { fcgi: 'connection', listen }, connection, resolve);
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
type SuccessionMessage =
  | { readonly fcgi: 'connection'; readonly listen: string }
  | { readonly fcgi: 'released' }
  | { readonly fcgi: 'serving'; readonly takes: readonly string[] };

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

/**
 * Tells the runner before this one that it may go; resolves when it has let go of all that can be had once only.
 *
 * @param takes what `listen` says of the sockets that this one serves on
 */
export async function succeed(takes: readonly string[]): Promise<void> {
  process.off('disconnect', endEarly);
  // Gone by itself, it holds nothing.
  if (!process.connected) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  const released = [once(process, 'disconnect', { signal }), once(process, 'message', { signal })];
  const serving: SuccessionMessage = { fcgi: 'serving', takes };
  process.send?.(serving, undefined, {}, () => {});
  await Promise.race(released);
  waiting.abort();
  await Promise.allSettled(released);
}

/** Takes the connections that the runner before this one leaves, each of which waits for its next request. */
export function takeConnections(take: (listen: string, connection: PassedConnection) => void): void {
  process.on('message', (message: SuccessionMessage, handle: unknown) => {
    if (message.fcgi === 'connection' && isPassedConnection(handle)) take(message.listen, handle);
  });
}
