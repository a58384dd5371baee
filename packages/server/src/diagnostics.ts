import { channel } from 'node:diagnostics_channel';
import type { FcgiRequest } from './request/fcgi-request.ts';

/** What subscribers of `fcgi:request:start` and `fcgi:request:end` get. */
export interface RequestMessage {
  readonly request: FcgiRequest;
}

/** What subscribers of `fcgi:request:error` get. */
export interface RequestErrorMessage extends RequestMessage {
  readonly error: unknown;
}

const start = channel('fcgi:request:start');
const end = channel('fcgi:request:end');
const failure = channel('fcgi:request:error');

/** Publishes that a request is about to be handed to its handler. */
export function publishStart(request: FcgiRequest): void {
  if (start.hasSubscribers) start.publish({ request } satisfies RequestMessage);
}

/** Publishes that a request has ended. */
export function publishEnd(request: FcgiRequest): void {
  if (end.hasSubscribers) end.publish({ request } satisfies RequestMessage);
}

/** Publishes that something went wrong with a request. */
export function publishError(request: FcgiRequest, error: unknown): void {
  if (failure.hasSubscribers) failure.publish({ request, error } satisfies RequestErrorMessage);
}
