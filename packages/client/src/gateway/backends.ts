import { FcgiOptionError } from '@fcgi-js/protocol/options';
import type { FcgiClient } from '../client.ts';
import type { FcgiClientErrorCode } from '../error-rules.ts';
import type { FcgiResponse } from '../fcgi-response.ts';
import type { FcgiInput } from '../input.ts';
import type { FcgiRequestOptions } from '../prepared-request.ts';
import { isClientError } from './error-kinds.ts';

/** How requests are spread over several applications; see `GatewayOptions.balance`. */
export type GatewayBalance = 'least-requests' | 'round-robin';

interface Backend {
  readonly client: FcgiClient;
  /** Until then (`performance.now()`) it is asked only when there is no other. */
  pausedUntil: number;
}

/** These mean that nothing was sent, so that another application can be asked. */
const NOTHING_SENT: ReadonlySet<FcgiClientErrorCode> = new Set([
  'FCGI_CLIENT_CLOSED',
  'FCGI_CONNECT_FAILED',
  'FCGI_CONNECT_TIMEOUT',
  'FCGI_QUEUE_FULL',
]);

/** The applications behind a gateway, and which of them can be reached. */
export class Backends {
  readonly #backends: readonly Backend[];
  readonly #balance: GatewayBalance;
  readonly #pause: number;
  #turn = 0;

  /** @param pause milliseconds for which one that could not be reached gets no requests, if there are others */
  constructor(clients: readonly FcgiClient[], balance: GatewayBalance, pause: number) {
    this.#backends = clients.map((client) => ({ client, pausedUntil: 0 }));
    this.#balance = balance;
    this.#pause = pause;
  }

  /**
   * Asks one application, and the next one where nothing could be sent to it.
   *
   * @param onTry told whom each attempt goes to
   * @throws as `FcgiClient.request`: the error of the last one that was asked
   */
  async request(options: FcgiRequestOptions, onTry: (client: FcgiClient) => void): Promise<FcgiResponse> {
    const candidates = this.#inOrder();
    const last = candidates.at(-1);
    for (const backend of candidates) {
      onTry(backend.client);
      try {
        const { stdin } = options;
        const attempt = stdin === undefined ? options : { ...options, stdin: untouched(stdin) };
        const response = await backend.client.request(attempt);
        backend.pausedUntil = 0;
        return response;
      } catch (error) {
        if (!isClientError(error) || !NOTHING_SENT.has(error.code)) throw error;
        if (error.code !== 'FCGI_QUEUE_FULL') backend.pausedUntil = performance.now() + this.#pause;
        if (backend === last) throw error;
      }
    }
    throw new FcgiOptionError('There is no application to ask.');
  }

  /** Those that can be reached, by turn or by what they have to do; then the others, the longest paused first. */
  #inOrder(): Backend[] {
    const now = performance.now();
    const { length } = this.#backends;
    const byTurn = this.#backends.map((_, index) => this.#backends[(this.#turn + index) % length]!);
    this.#turn = (this.#turn + 1) % length;
    const [up, down] = [true, false].map((isUp) =>
      byTurn.filter(({ pausedUntil }) => pausedUntil <= now === isUp),
    );
    if (this.#balance === 'least-requests') up?.sort((one, other) => load(one) - load(other));
    down?.sort((one, other) => one.pausedUntil - other.pausedUntil);
    return [...(up ?? []), ...(down ?? [])];
  }
}

function load({ client }: Backend): number {
  const { activeRequests, waitingRequests } = client.stats();
  return activeRequests + waitingRequests;
}

/** A stream that is not cancelled as long as nothing was read from it: then the next application can have it. */
function untouched(input: FcgiInput): FcgiInput {
  if (typeof input === 'string' || input instanceof Uint8Array) return input;
  return {
    [Symbol.asyncIterator]: () => {
      let iterator: AsyncIterator<string | Uint8Array> | undefined;
      return {
        next: () => {
          iterator ??= input[Symbol.asyncIterator]();
          return iterator.next();
        },
        return: async () => {
          await iterator?.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
