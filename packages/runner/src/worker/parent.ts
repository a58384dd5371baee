import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { LogSink } from '../logs/log-file.ts';
import { TurnSink } from '../logs/turn-sink.ts';
import { connectionOf, isPassedConnection, type PassedConnection, sendable } from '../passed-connection.ts';
import type { ParentMessage, WorkerMessage, WorkerOptions } from '../pool/messages.ts';
import { openPrivateChannel } from './private-channel.ts';

/** Characters of log lines for a parent that does not take them; more of them are lost. */
const UNSENT_LIMIT = 1_048_576;

/** The process that has started this one. */
export class Parent {
  readonly started: Promise<WorkerOptions>;
  /** It wants this worker to stop, because another takes its place or without one; or it has gone. */
  readonly stopped: Promise<'ended' | 'replaced'>;
  /** Gets the connections that other workers have left. */
  onConnection: (connection: PassedConnection) => void = (connection) => connection.close();
  readonly #channel: ChildProcess;
  readonly #passing = new Set<Promise<void>>();
  #reopen = () => {};
  /** Characters of log lines that it has not taken yet. */
  #unsent = 0;

  /** @param descriptor of the channel to it */
  constructor(descriptor: number) {
    this.#channel = openPrivateChannel(descriptor);
    let start: (options: WorkerOptions) => void = () => {};
    let stop: (how: 'ended' | 'replaced') => void = () => {};
    this.started = new Promise((resolve) => {
      start = resolve;
    });
    this.stopped = new Promise((resolve) => {
      stop = resolve;
    });
    this.onMessage((message, handle) => {
      if (message.fcgi === 'start') {
        // The application alone decides whether this process has something to do.
        this.#channel.channel?.unref();
        start(message.options);
      } else if (message.fcgi === 'ask') this.tell({ fcgi: 'alive' });
      else if (message.fcgi === 'reopen') this.#reopen();
      else if (message.fcgi === 'stop') stop(message.hasSuccessor ? 'replaced' : 'ended');
      else if (message.fcgi === 'connection' && isPassedConnection(handle)) this.onConnection(handle);
    });
    this.#channel.once('disconnect', () => stop('ended'));
  }

  tell(message: WorkerMessage, told = () => {}): void {
    // The parent may have gone; `stopped` says so.
    if (this.#channel.connected) this.#channel.send(message, undefined, {}, told);
    else told();
  }

  /** The same, for the last words of this process: resolves when they are on their way. */
  async tellLast(message: WorkerMessage): Promise<void> {
    await this.#keepingOpen(new Promise<void>((resolve) => this.tell(message, resolve)));
  }

  /**
   * Tells of a port of the application.
   *
   * @param handle its listening socket, which stays open here; undefined where the parent does not get it
   */
  tellOfPort(message: WorkerMessage, handle: unknown): void {
    if (!this.#channel.connected) return;
    const sent = typeof handle === 'object' && handle !== null ? sendable(handle) : undefined;
    this.#channel.send(message, sent, {}, () => {});
  }

  /** Calls back with each message, and what comes with it. */
  onMessage(receive: (message: ParentMessage, handle: unknown) => void): void {
    this.#channel.on('message', receive);
  }

  /** Log files have been renamed. */
  onReopen(reopen: () => void): void {
    this.#reopen = reopen;
  }

  /** An output of the parent, for whole lines. */
  sink(to: 'stderr' | 'stdout'): LogSink {
    return new TurnSink((lines) => {
      if (this.#unsent > UNSENT_LIMIT) return;
      this.#unsent += lines.length;
      this.tell({ fcgi: 'log', lines, to }, () => {
        this.#unsent -= lines.length;
      });
    });
  }

  /** Leaves a connection to the worker that takes this one's place. */
  pass(socket: Duplex): void {
    const connection = connectionOf(socket);
    if (connection === undefined || !this.#channel.connected) {
      socket.destroy();
      return;
    }
    connection.readStop();
    const passing = new Promise<void>((resolve) => {
      const message: WorkerMessage = { fcgi: 'connection' };
      this.#channel.send(message, sendable(connection), {}, () => {
        socket.destroy();
        this.#passing.delete(passing);
        resolve();
      });
    });
    this.#passing.add(passing);
  }

  /** Resolves when all connections are on their way. */
  async passed(): Promise<void> {
    // Each waits until the parent has got the one before.
    await this.#keepingOpen(Promise.all(this.#passing));
  }

  /** Otherwise this process would end before. */
  async #keepingOpen(sent: Promise<unknown>): Promise<void> {
    this.#channel.channel?.ref();
    await sent;
    this.#channel.channel?.unref();
  }
}
