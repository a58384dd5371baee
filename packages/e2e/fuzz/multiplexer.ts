import { RemoteProtocolError, type Role } from '@fcgi-js/protocol';
import { costOf } from '../../server/src/engine/input-budget.ts';
import { Multiplexer } from '../../server/src/engine/multiplexer.ts';
import type { MultiplexerEvent } from '../../server/src/engine/multiplexer-event.ts';
import { RequestSlots } from '../../server/src/engine/request-slots.ts';
import { resolveLimits } from '../../server/src/limits.ts';

const LIMITS = resolveLimits({
  bodyBytes: 2_000,
  connectionBufferBytes: 1_000,
  incompleteParamsBytes: 600,
  paramsBytes: 500,
  paramsCount: 10,
  requestBufferBytes: 400,
  requests: 4,
  requestsPerConnection: 3,
});

type Event = MultiplexerEvent<object>;

/**
 * Any bytes give events or a RemoteProtocolError, never more requests than the limits allow, and in the end nothing
 * is counted any more. The first byte says which events end their requests.
 */
export function fuzz(data: Buffer): void {
  const [habit = 0] = data;
  const slots = new RequestSlots();
  const hasRole = (role: number): role is Role => role >= 1 && role <= 3;
  const multiplexer = new Multiplexer<object>({ limits: LIMITS, hasRole, slots });
  try {
    for (const half of [data.subarray(1, 1 + data.length / 2), data.subarray(1 + data.length / 2)]) {
      multiplexer.push(half);
      for (let event = multiplexer.next(0); event !== undefined; event = multiplexer.next(0)) {
        use(multiplexer, event, habit);
        check(multiplexer.size <= LIMITS.requestsPerConnection, 'too many requests on the connection');
        check(slots.active === multiplexer.size, 'another number of requests is counted than there are');
        check(slots.paramsBytes >= 0 && slots.paramsBytes <= LIMITS.incompleteParamsBytes, 'too many params');
      }
    }
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
  }
  for (const state of [...multiplexer.requests()]) multiplexer.end(state);
  check(multiplexer.size === 0 && slots.active === 0, 'requests are left');
  check(slots.paramsBytes === 0, 'params are left');
  check(!multiplexer.stopped, 'a connection without requests must be read');
}

/** What an application and a connection would do. */
function use(multiplexer: Multiplexer<object>, event: Event, habit: number): void {
  switch (event.kind) {
    case 'request':
      event.state.owner = {};
      event.params.get('CONTENT_LENGTH');
      if (habit & 1) multiplexer.end(event.state);
      break;
    case 'body':
      check(event.content.length > 0, 'an empty piece of a body');
      if (habit & 2) multiplexer.taken(event.state, costOf(event.content));
      break;
    case 'body-end':
      check(event.missing >= 0, 'a negative number of bytes is missing');
      if (habit & 4) multiplexer.end(event.state);
      break;
    case 'body-surplus':
      check(event.state.hasSurplus, 'a surplus that may be told again');
      break;
    case 'body-refused':
    case 'abort':
      multiplexer.end(event.state);
      break;
    case 'refuse':
      check(event.requestId > 0, 'a refusal of no request');
      break;
    case 'reply':
      check(event.bytes.length % 8 === 0, 'a reply that is not aligned');
      break;
  }
}

function check(holds: boolean, problem: string): void {
  if (!holds) throw new Error(problem);
}
