import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { http } from '../../node-http.ts';

/**
 * What Node's documentation does not promise of the events of messages. Each part is looked for before it is used, and has a
 * documented way beside it.
 */
interface UndocumentedParts {
  /** Throws the rest of the body away, as Node does after a response. */
  _dump?(): void;
  /** Whether the body has been thrown away. */
  _dumped?: boolean;
  /** Whether `close` has been emitted. */
  _closed?: boolean;
  readonly _eventsCount?: number;
  readonly _readableState?: ReadableState;
}

/** Of a stream that is read. */
interface ReadableState {
  closed: boolean;
  closeEmitted: boolean;
  destroyed: boolean;
  /** Whether it emits `close` when it has been read. */
  emitClose: boolean;
  endEmitted: boolean;
  ended: boolean;
  flowing: boolean | null;
  readonly length: number;
  needReadable: boolean;
}

type Request = IncomingMessage & UndocumentedParts;

/**
 * The property in which a response remembers that it owes a `drain`. It has no public name, and Node's own server
 * resets it when it emits the event; otherwise `writableNeedDrain` stays true and the next `pipe()` waits for ever.
 */
const NEED_DRAIN = Object.getOwnPropertySymbols(
  new http.ServerResponse(new http.IncomingMessage(new Socket())),
).find(({ description }) => description === 'kNeedDrain');

/** Throws the body away, so that `end` and `close` come although it is not read. */
export function dumpBody(req: IncomingMessage & UndocumentedParts): void {
  if (typeof req._dump === 'function') req._dump();
  else req.resume();
}

/** The web server has caught up: emits `drain` if the response owes one. */
export function emitDrain(res: ServerResponse): void {
  if (res.writableEnded) return;
  if (NEED_DRAIN !== undefined) {
    if (!res.writableNeedDrain) return;
    Object.assign(res, { [NEED_DRAIN]: false });
  }
  res.emit('drain');
}

/** The socket of a response is closed, and so is the response, unless it has been before. */
export function closeResponse(res: ServerResponse & UndocumentedParts): void {
  if (res._closed === true) return;
  res.destroyed = true;
  emitClose(res);
}

/** Emits `close` on a response that may still be written to. */
export function emitClose(res: ServerResponse & UndocumentedParts): void {
  if (res._closed === true) return;
  // `ServerResponse` would emit it again, and destroy itself, on the `close` of its socket.
  res._closed = true;
  res.emit('close');
}

/**
 * Emits `close` on a request whose body has come but has not been read. It stays readable, and does not emit
 * `close` again.
 */
export function emitRequestClose(req: IncomingMessage & UndocumentedParts): void {
  if (req._readableState !== undefined) req._readableState.emitClose = false;
  req.emit('close');
}

/**
 * Ends a body that is empty as `push(null)` does, without the tick that emits `readable` where nothing listens.
 *
 * @returns false where the body is not empty, or something reads it already
 */
export function endQuietly(req: Request): boolean {
  const state = req._readableState;
  if (!canBeQuiet || state === undefined || state.flowing !== null || state.length > 0) return false;
  if (state.ended || state.destroyed || req.listenerCount('readable') > 0) return false;
  state.needReadable = false;
  state.ended = true;
  return true;
}

/** Whether nothing listens to a request whose body was empty and has ended: its `end` and `close` need not be emitted. */
export function isUnwatched(req: Request): boolean {
  const state = req._readableState;
  if (!canBeQuiet || state === undefined || req._eventsCount !== 0) return false;
  return state.ended && state.length === 0 && state.flowing === null && !state.destroyed;
}

/** Leaves a request that is not watched as its `end` and `close` would. */
export function closeQuietly(req: Request): void {
  const state = req._readableState!;
  req._dumped = true;
  state.flowing = true;
  state.endEmitted = true;
  state.destroyed = true;
  state.closed = true;
  state.closeEmitted = true;
}

/** Whether this version of Node has what {@link endQuietly} and {@link closeQuietly} need. */
const canBeQuiet = isAsExpected();

function isAsExpected(): boolean {
  const req: Request = new http.IncomingMessage(new Socket());
  const state = req._readableState;
  if (state === undefined || req._eventsCount !== 0) return false;
  const { destroyed, ended, flowing, length, needReadable } = state;
  if (destroyed || ended || needReadable || flowing !== null || length !== 0) return false;
  state.ended = true;
  req.complete = true;
  if (req.readableEnded || req.destroyed || req.closed) return false;
  closeQuietly(req);
  return req.readableEnded && req.destroyed && req.closed && !req.readableAborted;
}
