import { Socket } from 'node:net';
import { type FcgiAddress, formatAddress } from './address.ts';
import type { Deadline } from './deadline.ts';
import { FcgiConnectError } from './request-errors.ts';
import { isBrokenPipe, type Transport } from './transport.ts';

/** What one read takes at most, in bytes. */
const READ_BYTES = 65_536;
/** Pauses before the next attempt where the application's queue for connections is full, in milliseconds. */
const BUSY_DELAY = { first: 5, most: 200 };

/**
 * A socket that can still be read when writing to it has failed.
 *
 * An application may answer and close while a body is on its way to it, with status 413 for example. The next
 * write then fails with EPIPE, and a plain `Socket` destroys itself together with the answer that waits to be
 * read. This one says so to its owner, who reads what there is and destroys it then.
 */
export class ApplicationSocket extends Socket implements Transport {
  readonly #sink: { take: (chunk: Uint8Array) => void };
  #isBroken = false;
  /** Told once that writing has failed with EPIPE. */
  onBroken: (error: Error) => void = () => {};

  constructor() {
    const sink = { take: (_chunk: Uint8Array) => {} };
    const buffer = new Uint8Array(READ_BYTES);
    // Not through the readable side of the stream, which gives nothing more after an error. Copying what came
    // also costs less than an array of the full size for every read.
    const callback = (length: number) => {
      sink.take(buffer.slice(0, length));
      return true;
    };
    const options = { allowHalfOpen: false, onread: { buffer, callback } };
    super(options);
    this.#sink = sink;
  }

  /** Sets who gets every chunk, to keep. */
  set onChunk(take: (chunk: Uint8Array) => void) {
    this.#sink.take = take;
  }

  override destroy(error?: Error): this {
    if (this.#isBroken || !isBrokenPipe(error)) return super.destroy(error);
    this.#isBroken = true;
    this.onBroken(error);
    return this;
  }
}

/**
 * Opens a connection. A Unix socket whose backlog is full (EAGAIN) is tried again until the deadline:
 * the application is there, only busy, and nothing has been sent.
 *
 * @throws FcgiConnectError where the system refuses; the reason of the deadline where it passes
 */
export async function openSocket(address: FcgiAddress, deadline: Deadline): Promise<ApplicationSocket> {
  for (let delay = BUSY_DELAY.first; ; delay = Math.min(delay * 2, BUSY_DELAY.most)) {
    try {
      return await tryToOpen(address, deadline);
    } catch (error) {
      if (!(error instanceof FcgiConnectError) || error.systemCode !== 'EAGAIN') throw error;
    }
    await pause(delay, deadline);
  }
}

function tryToOpen(address: FcgiAddress, deadline: Deadline): Promise<ApplicationSocket> {
  return new Promise((resolve, reject) => {
    deadline.throwIfPassed();
    const socket = new ApplicationSocket();
    const done = () => {
      socket.off('connect', onConnect);
      socket.off('error', onError);
      forget();
    };
    const onConnect = () => {
      done();
      resolve(socket);
    };
    const onError = (error: Error) => {
      done();
      reject(new FcgiConnectError(formatAddress(address), error));
    };
    const forget = deadline.onPassed(() => {
      done();
      socket.on('error', () => {});
      socket.destroy();
      reject(deadline.reason);
    });
    socket.once('connect', onConnect);
    socket.once('error', onError);
    if (address.kind === 'unix') socket.connect({ path: address.path });
    else socket.setNoDelay().connect({ host: address.host, port: address.port });
  });
}

function pause(milliseconds: number, deadline: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = deadline.onPassed(() => {
      clearTimeout(timer);
      reject(deadline.reason);
    });
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, milliseconds);
  });
}
