import type { FcgiRequestHandler } from '@fcgi-js/server';

/** What requests come to while the servers of an application come and go. */
export class RequestFront {
  #handler: FcgiRequestHandler | undefined;
  readonly #waiting = new Set<(handler: FcgiRequestHandler) => void>();

  /** Has the server of now answer; without one, requests wait for the next. */
  readonly responder: FcgiRequestHandler = (request) => {
    if (this.#handler !== undefined) return this.#handler(request);
    return new Promise<FcgiRequestHandler>((resolve) => this.#waiting.add(resolve)).then((handler) =>
      handler(request),
    );
  };

  /** From now on this handler answers, also the requests that wait. */
  serve(handler: FcgiRequestHandler): void {
    this.#handler = handler;
    for (const resolve of this.#waiting) resolve(handler);
    this.#waiting.clear();
  }

  /** No server listens, but one may soon. */
  suspend(): void {
    this.#handler = undefined;
  }

  /** None will: requests are answered with 503. */
  end(): void {
    this.serve(unavailable);
  }
}

const unavailable: FcgiRequestHandler = ({ stdout }) => {
  stdout.end('Status: 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\nService Unavailable\n');
};
