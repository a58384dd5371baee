import { channel } from 'node:diagnostics_channel';
import type { FcgiRequest } from './request/fcgi-request.ts';
import type { ResponseMeter } from './request/response-meter.ts';

/** What subscribers of `fcgi:request:start` get. */
export interface RequestMessage {
  readonly request: FcgiRequest;
}

/**
 * How a request ended: `complete`, with all of a response; `aborted`, because the web server no longer wanted it or has
 * gone; `broken-off`, because what was left of the response could not be sent.
 */
export type RequestOutcome = 'aborted' | 'broken-off' | 'complete';

/** What was sent in answer to a request. */
export interface ResponseFigures {
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** Milliseconds since the request was handed to its handler. */
  readonly duration: number;
  /** The fields of the head as they were sent, with their line ends; each character is one byte. */
  readonly head: string;
  /** The HTTP status; `undefined` where no response was begun. */
  readonly status: number | undefined;
}

/** What subscribers of `fcgi:request:end` get. */
export interface RequestEndMessage extends RequestMessage {
  readonly outcome: RequestOutcome;
  /** Not there for a request that began before its end had a subscriber. */
  readonly response?: ResponseFigures;
}

/** What subscribers of `fcgi:request:error` get. */
export interface RequestErrorMessage extends RequestMessage {
  readonly error: unknown;
}

const start = channel('fcgi:request:start');
const end = channel('fcgi:request:end');
const failure = channel('fcgi:request:error');

/**
 * Publishes that a request is about to be handed to its handler, and does so. What a tracer has bound to the channel
 * (`channel.bindStore()`) holds for all that the handler does.
 */
export function runStarted(request: FcgiRequest, handOver: (request: FcgiRequest) => void): void {
  if (end.hasSubscribers) request.output.measure();
  if (start.hasSubscribers)
    start.runStores({ request } satisfies RequestMessage, handOver, undefined, request);
  else handOver(request);
}

/** Publishes that a request has ended. */
export function publishEnd(request: FcgiRequest, outcome: RequestOutcome): void {
  if (!end.hasSubscribers) return;
  const { meter } = request.output;
  const message: RequestEndMessage =
    meter === undefined ? { outcome, request } : { outcome, request, response: figuresOf(meter) };
  end.publish(message);
}

function figuresOf(meter: ResponseMeter): ResponseFigures {
  const { bodyBytes, head, startedAt, status } = meter;
  return { bodyBytes, duration: performance.now() - startedAt, head, status };
}

/** Publishes that something went wrong with a request. */
export function publishError(request: FcgiRequest, error: unknown): void {
  if (failure.hasSubscribers) failure.publish({ request, error } satisfies RequestErrorMessage);
}
