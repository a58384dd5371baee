import type { Duplex } from 'node:stream';
import { RemoteProtocolError } from '@fcgi-js/protocol';
import { causedBy, errors } from '../errors.ts';
import type { ConnectionInfo } from '../request/request-host.ts';
import { ConnectionRequests, type RequestsConnection } from './connection-requests.ts';
import { ConnectionState } from './connection-state.ts';
import { ConnectionTimeouts } from './connection-timeouts.ts';
import { ConnectionWriter, type WriterOwner } from './connection-writer.ts';
import type { Timed } from './open-connections.ts';
import type { RequestsOwner } from './requests-owner.ts';
import { forget, type SocketOwner, tell } from './socket-owner.ts';

/** What a connection needs of its server. */
export interface ConnectionOwner extends RequestsOwner {
  /** The connection is gone. */
  connectionClosed(connection: Connection): void;
}

/**
 * One connection of a web server: the only place that touches its socket. Moves bytes between the socket and
 * the multiplexer of its requests, and closes the connection when it is time to.
 */
export class Connection implements RequestsConnection, SocketOwner, Timed, WriterOwner {
  readonly #socket: Duplex;
  readonly owner: ConnectionOwner;
  readonly info: ConnectionInfo;
  readonly #requests: ConnectionRequests;
  readonly #state = new ConnectionState();
  readonly #timeouts: ConnectionTimeouts;
  readonly writer: ConnectionWriter;
  /** Bytes that the web server has sent. */
  bytesReceived = 0;
  place = -1;
  #reading: 'flowing' | 'paused' = 'flowing';
  /** Takes the connection over as soon as no request is on it. */
  #handOver: ((socket: Duplex) => void) | undefined;

  constructor(socket: Duplex, info: ConnectionInfo, owner: ConnectionOwner) {
    this.#socket = socket;
    this.info = info;
    this.owner = owner;
    this.#timeouts = new ConnectionTimeouts(owner.limits, owner.clock.now);
    this.writer = new ConnectionWriter(socket, this);
    this.#requests = new ConnectionRequests(this);
    tell(this, socket);
  }

  /**
   * Closes the connection as soon as no request is active. A connection that is in use is given the time to bring one
   * more request: the web server may be about to send it, and would lose it. It is the last one.
   *
   * @param handOver takes over what the web server keeps open, instead of its being closed
   */
  shutDown(handOver: ((socket: Duplex) => void) | undefined): void {
    // What is handed over loses nothing; but the first request of a new connection belongs here.
    const mayWait = handOver === undefined || this.#state.phase === 'fresh';
    if (handOver !== undefined) this.#handOver = handOver;
    else this.#state.stop();
    if (this.#requests.busy || (mayWait && this.#timeouts.inUse(this.owner.clock.now))) return;
    this.#leave();
  }

  /** Closes the connection at once, whatever runs on it. */
  destroy(): void {
    this.#socket.destroy();
    this.lost(undefined);
  }

  /** Bytes came. */
  received(chunk: Uint8Array, lent: boolean): void {
    const { now } = this.owner.clock;
    this.bytesReceived += chunk.length;
    if (!this.#state.isOpen) {
      // What comes after our end is read so that it does not reset the connection, up to a bound.
      if (this.#timeouts.linger(now, chunk.length)) this.destroy();
      return;
    }
    this.#timeouts.received(now);
    const { multiplexer } = this.#requests;
    this.writer.startReceiving();
    try {
      multiplexer.push(chunk);
      for (let event = multiplexer.next(now); event !== undefined; event = multiplexer.next(now)) {
        this.#requests.handle(event, lent);
        if (!this.#state.isOpen) return;
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.#fail(error);
      return;
    } finally {
      this.writer.stopReceiving();
    }
    // The answer was early, and the web server goes on sending what nothing reads.
    if (!this.#requests.busy && multiplexer.discarded > this.owner.limits.discardBytes) this.finish();
    this.adjustReading();
    if (this.#handOver !== undefined) this.closeIfDone();
  }

  requestCame(keepConn: boolean): void {
    this.#state.takeRequest(keepConn);
  }

  requestEnding(): void {
    this.#timeouts.requestEnded(this.owner.clock.now);
  }

  adjustReading(): void {
    const reading = this.#requests.multiplexer.stopped || this.writer.repliesUnread ? 'paused' : 'flowing';
    if (reading === this.#reading || this.#state.phase === 'gone') return;
    this.#reading = reading;
    if (reading === 'paused') {
      this.#socket.pause();
    } else {
      this.#timeouts.received(this.owner.clock.now);
      this.#socket.resume();
    }
  }

  /** The web server has taken all that was written. */
  drained(): void {
    this.adjustReading();
  }

  /** What was written could not be sent: the web server has gone. */
  failed(error: Error): void {
    if (this.#state.phase !== 'gone') this.#socket.destroy(error);
  }

  closeIfDone(): void {
    if (this.#requests.busy) return;
    if (this.#state.endsWithRequests) this.finish();
    else if (this.#handOver !== undefined) this.#leave();
  }

  /** The server stops, and no request is active. */
  #leave(): void {
    if (this.#handOver === undefined || this.#state.endsWithRequests) {
      this.finish();
      return;
    }
    // What has come or has not left yet belongs to this connection: a later tick finds it quiet.
    const { midRecord } = this.#requests.multiplexer;
    const isWritten = !this.writer.receiving && this.writer.unsent === 0;
    if (midRecord || this.#reading === 'paused' || !isWritten || !this.#state.isOpen) return;
    forget(this.#socket);
    this.lost(undefined);
    this.#handOver(this.#socket);
  }

  /** Closes the connection: at once where all has come that will come, and all has left. */
  finish(): void {
    const { multiplexer } = this.#requests;
    if (this.#state.phase === 'last' && multiplexer.exhausted && this.writer.handedOver) this.destroy();
    else this.#linger();
  }

  /**
   * Sends our FIN after what waits to be sent, and reads on for a while: to close with bytes unread resets the connection, and
   * loses what has been sent.
   */
  #linger(): void {
    if (!this.#state.finish()) return;
    this.#timeouts.finished(this.owner.clock.now);
    this.writer.end();
    this.#socket.resume();
  }

  /** The web server broke the protocol: every request is lost. */
  #fail(error: RemoteProtocolError): void {
    this.owner.report(error);
    this.#requests.lose(causedBy(error, errors.FCGI_CONNECTION_LOST.byServer(error.message)));
    this.#linger();
  }

  /** The web server has closed its side. */
  peerFinished(): void {
    this.#state.finishPeer();
    this.#timeouts.peerFinished(this.owner.clock.now);
    if (!this.#state.isOpen) return;
    // No web server half-closes after its request; a FIN says that it has gone. What is written nonetheless is
    // still sent, because tools that test do half-close.
    if (this.#requests.busy) this.#requests.peerFinished();
    this.closeIfDone();
  }

  /** The socket is gone. */
  lost(cause: Error | undefined): void {
    if (!this.#state.lose()) return;
    this.writer.close();
    if (this.#requests.busy) this.#requests.lose(causedBy(cause, errors.FCGI_CONNECTION_LOST.byPeer()));
    this.owner.connectionClosed(this);
  }

  /** Looks at the time-outs of the connection and its requests. */
  check(now: number): void {
    const { busy, multiplexer } = this.#requests;
    const expired = this.#timeouts.expired(now, {
      busy,
      finished: !this.#state.isOpen,
      midRecord: multiplexer.midRecord,
      sent: this.writer.sent,
      unsent: this.writer.unsent,
    });
    if (expired !== undefined) {
      if (expired === 'stalled') {
        this.owner.report(errors.FCGI_CONNECTION_STALLED.after(this.owner.limits.writeStallTimeout));
      }
      if (expired === 'idle') this.finish();
      else this.destroy();
      return;
    }
    if (this.#state.peerFinished) this.writer.probe();
    const leaves = this.#state.endsWithRequests || this.#handOver !== undefined;
    if (leaves && !busy && this.#state.isOpen) this.shutDown(this.#handOver);
    this.#requests.check(now, this.#reading === 'flowing');
  }
}
