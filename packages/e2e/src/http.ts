import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http';
import { pipeline } from 'node:stream/promises';

/** One HTTP/1.1 request. */
export interface HttpRequest {
  /** Sent whole when it is bytes, with back-pressure obeyed when it is parts. Default none. */
  readonly body?: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Sent as they are, beside `Host` and what the body needs. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Bytes of a body in parts; without it such a body is sent chunked. */
  readonly length?: number;
  /** Default GET. */
  readonly method?: string;
  /** Path and query below the base, sent byte for byte; each character is one byte. */
  readonly path: string;
}

/** The head of an answer, with the body still to come. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Every field with this name, in order. */
  field(name: string): string[];
  /** The body; reading it is what makes it come. */
  readonly body: IncomingMessage;
  /** The rest of the body, also if it breaks off. Fails when the time is over. */
  rest(): Promise<Answer>;
  /** The client goes away: closes the connection at once. */
  leave(): void;
}

/** A whole answer. */
export interface Answer extends Omit<OpenAnswer, 'body' | 'rest' | 'leave'> {
  readonly body: Buffer;
  /** Whether the body ended as HTTP says that it ends, or else broke off. */
  readonly complete: boolean;
  /** The body as UTF-8. */
  text(): string;
  /** The body as JSON. */
  json(): unknown;
}

/** A request that is under way. */
export interface StartedRequest {
  /** Fails when none comes. */
  readonly answer: Promise<IncomingMessage>;
  /** To be destroyed by a client that goes away. */
  readonly request: ClientRequest;
  /** Aborted when the time for the answer is over. */
  readonly timeout: AbortSignal;
}

/** How a client uses its connections. */
export interface HttpClientOptions {
  /** Sends its requests one after the other on one kept connection; otherwise each has its own. Default false. */
  readonly keepAlive?: boolean;
  /** Milliseconds for one answer, from the first byte sent to the last received, default 15,000. */
  readonly timeout?: number;
}

/** A plain HTTP/1.1 client: no redirects, no cookies, no decoding, no retries. */
export class HttpClient {
  readonly #agent: Agent;
  readonly #base: URL;
  readonly #timeout: number;

  /**
   * @param base the web server, and the prefix of all paths
   * @param options how connections are used
   */
  constructor(base: URL, options: HttpClientOptions = {}) {
    const { keepAlive = false, timeout = 15_000 } = options;
    this.#base = base;
    this.#timeout = timeout;
    this.#agent = new Agent(keepAlive ? { keepAlive, maxSockets: 1 } : {});
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @param options the request, or the path of a GET
   * @returns the answer, also when its body broke off
   * @throws Error when no answer came
   */
  async request(options: HttpRequest | string): Promise<Answer> {
    const answer = await this.open(options);
    return answer.rest();
  }

  /**
   * Sends a request and reads the head of the answer. The body of the request goes on being sent meanwhile.
   *
   * @param options the request, or the path of a GET
   * @throws Error when no answer came
   */
  async open(options: HttpRequest | string): Promise<OpenAnswer> {
    const { request, answer, timeout } = this.start(options);
    return openAnswer(request, await answer, timeout);
  }

  /**
   * Starts a request, and leaves it to the caller to wait for the answer.
   *
   * @param options the request, or the path of a GET
   */
  start(options: HttpRequest | string): StartedRequest {
    const { body, headers, length, method, path } = typeof options === 'string' ? { path: options } : options;
    const timeout = AbortSignal.timeout(this.#timeout);
    const sent = request({
      agent: this.#agent,
      host: this.#base.hostname,
      port: this.#base.port,
      method: method ?? 'GET',
      path: this.#base.pathname.replace(/\/$/, '') + path,
      headers: { ...headers },
      signal: timeout,
    });
    const answer = once(sent, 'response').then(([message]: IncomingMessage[]) => {
      if (message === undefined) throw new Error('no answer');
      return message;
    });
    // The caller that waits for the answer gets the error; later ones say only that the upload was not wanted any more.
    answer.catch(() => undefined);
    sent.on('error', () => undefined);
    send(sent, body, length);
    return { request: sent, answer, timeout };
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent.destroy();
  }
}

function send(sent: ClientRequest, body: HttpRequest['body'], length: number | undefined): void {
  if (body === undefined) {
    sent.end();
  } else if (body instanceof Uint8Array) {
    sent.setHeader('Content-Length', body.length);
    sent.end(body);
  } else {
    if (length === undefined) sent.setHeader('Transfer-Encoding', 'chunked');
    else sent.setHeader('Content-Length', length);
    sent.flushHeaders();
    pipeline(body, sent).catch(() => undefined);
  }
}

function openAnswer(request: ClientRequest, message: IncomingMessage, timeout: AbortSignal): OpenAnswer {
  const head = {
    status: message.statusCode ?? 0,
    headers: message.headers,
    field: (name: string) => message.headersDistinct[name.toLowerCase()] ?? [],
  };
  const rest = async (): Promise<Answer> => {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of message) parts.push(part);
    } catch {
      // An answer that breaks off is not complete; one that hangs is no answer.
      timeout.throwIfAborted();
    }
    const body = Buffer.concat(parts);
    const text = () => body.toString('utf8');
    return { ...head, body, complete: message.complete, text, json: () => JSON.parse(text()) };
  };
  return { ...head, body: message, rest, leave: () => request.destroy() };
}
