import { toLatin1 } from 'test-support';
import { Multiplexer, type MultiplexerOptions } from '../../src/engine/multiplexer.ts';
import type { MultiplexerEvent } from '../../src/engine/multiplexer-event.ts';
import { RequestSlots } from '../../src/engine/request-slots.ts';
import type { RequestState } from '../../src/engine/request-state.ts';
import { resolveLimits, type ServerLimits } from '../../src/limits.ts';

/** What can be set about the surroundings of a multiplexer; by default all three roles, and nobody else active. */
export interface Surroundings {
  readonly limits?: ServerLimits;
  readonly roles?: readonly number[];
  readonly slots?: RequestSlots;
}

/** A multiplexer with what came out of it. */
export class Recorder {
  readonly multiplexer: Multiplexer<string>;
  readonly states = new Map<number, RequestState<string>>();
  readonly events: Array<MultiplexerEvent<string>> = [];
  now = 0;

  constructor({ limits, roles = [1, 2, 3], slots = new RequestSlots() }: Surroundings = {}) {
    const options: MultiplexerOptions = {
      limits: resolveLimits(limits),
      hasRole: (role): role is 1 | 2 | 3 => roles.includes(role),
      slots,
    };
    this.multiplexer = new Multiplexer(options);
  }

  /**
   * Puts bytes in and takes out what comes of them, one line for each event. As on a connection, the bytes are written
   * over afterwards.
   */
  push(...chunks: Uint8Array[]): string[] {
    const lines: string[] = [];
    for (const chunk of chunks) {
      const lent = Uint8Array.from(chunk);
      this.multiplexer.push(lent);
      for (let event = this.next(); event !== undefined; event = this.next()) lines.push(show(event));
      lent.fill(0x3f);
    }
    return lines;
  }

  next(): MultiplexerEvent<string> | undefined {
    const event = this.multiplexer.next(this.now);
    if (event === undefined) return undefined;
    this.events.push(event);
    if ('state' in event) this.states.set(event.state.requestId, event.state);
    return event;
  }
}

/** Lines of {@link show}, where pieces of a body that follow each other are one: bodies come as they were cut. */
export function joinPieces(lines: readonly string[]): string {
  let text = lines.join('\n');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/^((?:stdin|data) \d+) "(.*)"\n\1 "/m, '$1 "$2');
  }
  return text;
}

/** An event in one line, and one more for the end of an empty body, which comes with the request. */
export function show(event: MultiplexerEvent<string>): string {
  switch (event.kind) {
    case 'request': {
      const { requestId, role, keepConn } = event.state;
      const pairs = [...event.params.received()].map(([name, value]) => `${name}=${value}`);
      const line = `request ${requestId} role ${role}${keepConn ? ' kept' : ''}: ${pairs.join(' ')}`;
      const bodyless = role === 1 && !event.state.receiving;
      return bodyless ? `${line}\nstdin ${requestId} ends` : line;
    }
    case 'body':
      return `${event.stream} ${event.state.requestId} ${JSON.stringify(toLatin1(event.content))}`;
    case 'body-end':
      return `${event.stream} ${event.state.requestId} ends${event.missing === 0 ? '' : `, ${event.missing} missing`}`;
    case 'body-surplus':
      return `${event.stream} ${event.state.requestId} goes on`;
    case 'body-refused':
      return `body of ${event.state.requestId} refused ${event.refusal.code} ${event.refusal.status}`;
    case 'abort':
      return `abort ${event.state.requestId}`;
    case 'refuse':
      return `refuse ${event.requestId}${event.keepConn ? ' kept' : ''} ${event.refusal.code} ${event.refusal.status}`;
    case 'reply':
      return `reply ${Buffer.from(event.bytes).toString('hex')}`;
  }
}
