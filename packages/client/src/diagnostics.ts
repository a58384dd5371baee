import { channel } from 'node:diagnostics_channel';
import type { NameValueInput } from '@fcgi-js/protocol';
import type { FcgiEnd, FcgiResponse } from './fcgi-response.ts';

/** What subscribers of `fcgi:client:request:start` get, before the request is sent. */
export interface ClientRequestMessage {
  /** Where the application listens, as `formatAddress` writes it. */
  readonly address: string;
  /**
   * What is sent, in order. A tracer may add params here: `params.push(['HTTP_TRACEPARENT', '00-…'])`. They are checked as those of
   * the caller are.
   */
  readonly params: NameValueInput[];
}

/** What subscribers of `fcgi:client:request:end` get, when END_REQUEST has come. */
export interface ClientEndMessage extends ClientRequestMessage {
  readonly end: FcgiEnd;
  readonly response: FcgiResponse;
}

/** What subscribers of `fcgi:client:request:error` get, when the request has failed; it has no `end` then. */
export interface ClientErrorMessage extends ClientRequestMessage {
  readonly error: unknown;
  /** `undefined` where the request failed before the head of its response had come. */
  readonly response: FcgiResponse | undefined;
}

const start = channel('fcgi:client:request:start');
const end = channel('fcgi:client:request:end');
const failure = channel('fcgi:client:request:error');

/** Whether the requests of clients are subscribed to. */
export function isObserved(): boolean {
  return start.hasSubscribers || end.hasSubscribers || failure.hasSubscribers;
}

/**
 * Sends a request and publishes how it goes. What a tracer has bound to the start (`channel.bindStore()`) holds while it is
 * sent.
 */
export async function observed(
  message: ClientRequestMessage,
  send: () => Promise<FcgiResponse>,
): Promise<FcgiResponse> {
  let response: FcgiResponse;
  try {
    response = await start.runStores(message, send);
  } catch (error) {
    failure.publish({ ...message, error, response: undefined } satisfies ClientErrorMessage);
    throw error;
  }
  response.ended.then(
    (ending) => end.publish({ ...message, end: ending, response } satisfies ClientEndMessage),
    (error: unknown) => failure.publish({ ...message, error, response } satisfies ClientErrorMessage),
  );
  return response;
}
