import type { IncomingMessage } from 'node:http';
import type { FcgiClient } from '../client.ts';
import type { FcgiResponse } from '../fcgi-response.ts';
import { isClientError } from './error-kinds.ts';

/** A request as it came to a gateway: of node:http, or of fetch. */
export type GatewayRequest = IncomingMessage | Request;

/** How a gateway served one request; see `GatewayOptions.onRequest`. */
export interface GatewayExchange {
  /** The application that was asked, as `formatAddress` writes it; `undefined` where none was. */
  readonly address: string | undefined;
  /** Bytes of the body that were sent to the HTTP client. */
  readonly bodyBytes: number;
  /** What went wrong; `undefined` where nothing did. An HTTP client that has left is something. */
  readonly error: unknown;
  /** Milliseconds from the request to the head of the answer; `undefined` where there was none. */
  readonly headDuration: number | undefined;
  /** Milliseconds from the request to the end of the answer. */
  readonly duration: number;
  /** What the application was told, `undefined` where it was not asked; those of the last local redirect. */
  readonly params: ReadonlyMap<string, string> | undefined;
  readonly request: GatewayRequest;
  /** The status that the HTTP client got; `undefined` where it got none. */
  readonly status: number | undefined;
  /** What the application wrote to STDERR. Text from outside: see `escapeLogText`. */
  readonly stderr: string;
}

/** Takes down how a request is served, while it is. */
export class ExchangeLog {
  readonly #request: GatewayRequest;
  readonly #started = performance.now();
  #client: FcgiClient | undefined;
  #headAt: number | undefined;
  #response: FcgiResponse | undefined;
  bodyBytes = 0;
  error: unknown;
  isOver = false;
  params: ReadonlyMap<string, string> | undefined;
  status: number | undefined;

  constructor(request: GatewayRequest) {
    this.#request = request;
  }

  /** Where the application that was asked last listens. */
  get address(): string | undefined {
    return this.#client?.address;
  }

  /** An application is asked. */
  asks(client: FcgiClient): void {
    this.#client = client;
  }

  /** The head of an answer has come. */
  hasHead(response: FcgiResponse): void {
    this.#response = response;
    this.#headAt = performance.now();
  }

  /** What it came to: asked for once, when the request is over. */
  summary(): GatewayExchange {
    this.isOver = true;
    const { bodyBytes, error, params, status } = this;
    return {
      address: this.address,
      bodyBytes,
      error,
      headDuration: this.#headAt === undefined ? undefined : this.#headAt - this.#started,
      duration: performance.now() - this.#started,
      params,
      request: this.#request,
      status,
      stderr: this.#response?.stderr ?? (isClientError(error) ? error.stderr : ''),
    };
  }
}
