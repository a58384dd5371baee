import { type Check, expectThat, fail } from '../check.ts';
import type { Exchange } from './exchange.ts';
import { HttpConnection, type HttpResponse } from './http-exchange.ts';
import { type Script, type ScriptedApplication, whenWhole } from './scripted-application.ts';
import type { StartedWebServer } from './started-web-server.ts';

/** A check of a web server. */
export type WebServerCheck = Check<WebServerSession>;

/** A request of an HTTP client. */
export interface HttpShape {
  readonly body?: Uint8Array | string;
  /** Beside Host and Content-Length. */
  readonly fields?: readonly string[];
  /** Keeps Content-Length out. */
  readonly isUnframed?: boolean;
  readonly method?: string;
  /** What follows the URL of the mount. */
  readonly path?: string;
}

/** The answer of an application that has nothing to say. */
export const PLAIN = 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nplain';

/** What one check needs to talk to a web server from both sides. */
export class WebServerSession {
  readonly #connections: HttpConnection[] = [];
  readonly #patience: number;
  readonly #server: StartedWebServer;
  readonly #url: URL;
  #count = 0;

  /** @param patience milliseconds to wait for anything new */
  constructor(server: StartedWebServer, url: URL, patience: number) {
    this.#server = server;
    this.#url = url;
    this.#patience = patience;
  }

  get application(): ScriptedApplication {
    return this.#server.application;
  }

  close(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  transcripts(): string[][] {
    return this.application.transcripts.slice(-3).map((each) => each.lines());
  }

  connect(): HttpConnection {
    const connection = new HttpConnection(this.#url, this.#patience);
    this.#connections.push(connection);
    return connection;
  }

  /** The bytes of a request. */
  request({ body, fields = [], isUnframed = false, method, path = '' }: HttpShape = {}): Buffer {
    const bytes = Buffer.from(body ?? '');
    const lines = [
      `${method ?? (body === undefined ? 'GET' : 'POST')} ${this.#url.pathname}${path} HTTP/1.1`,
      `Host: ${this.#url.host}`,
      ...(body === undefined || isUnframed ? [] : [`Content-Length: ${bytes.length}`]),
      ...fields,
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
  }

  /** Sends a request, lets the application do as `script` says, and reads the response. */
  async ask(shape: HttpShape, script: Script): Promise<HttpResponse> {
    this.application.reset(script);
    const connection = this.connect();
    connection.send(this.request(shape));
    const response = await connection.read(shape.method === 'HEAD');
    connection.destroy();
    return response;
  }

  /** The request as the application gets it. */
  async received(shape: HttpShape = {}): Promise<Exchange> {
    const response = await this.ask(
      shape,
      whenWhole((exchange) => exchange.answer(PLAIN)),
    );
    const [exchange] = this.application.exchanges;
    if (exchange === undefined)
      return fail(`No request reached the application; the client got status ${response.status}.`);
    expectThat(exchange.params !== undefined, 'PARAMS do not hold name-value pairs.');
    return exchange;
  }

  /** The response to an answer of the application. */
  answered(answer: Uint8Array | string, shape: HttpShape = {}): Promise<HttpResponse> {
    return this.ask(
      shape,
      whenWhole((exchange) => exchange.answer(answer)),
    );
  }

  /** Fails unless the next request gets its own answer. */
  async stillServes(after: string): Promise<void> {
    this.#count += 1;
    const text = `answer ${this.#count}`;
    for (let attempt = 1; ; attempt += 1) {
      const { body, state, status } = await this.answered(PLAIN.replace(/plain$/, text), {
        path: `after?${this.#count}`,
      });
      if (state === 'complete' && status === 200 && body.toString('latin1') === text) return;
      expectThat(
        body.length === 0 || status !== 200,
        `The next request got another body than its own after ${after}.`,
      );
      if (this.#server.ended !== undefined) fail(`${this.#server.ended} That was after ${after}.`);
      // Some take an application out for a moment after it has failed.
      if (attempt === 3) fail(`The next request got status ${status} (${state}) after ${after}.`);
      await new Promise((resolve) => setTimeout(resolve, this.#patience / 2));
    }
  }

  /** Lets the application do something wrong, and expects an error or a response that the client sees is cut. */
  async refuses(what: string, script: Script): Promise<void> {
    const { state, status } = await this.ask({}, script);
    expectThat(
      status >= 500 || state !== 'complete' || status === 0,
      `The client got a complete response with status ${status}.`,
    );
    expectThat(state !== 'silent', `The client got no end of the response, and the connection stays.`);
    await this.stillServes(what);
  }

  /** Lets the application do something odd, of which any response may come, and expects that the next request is served. */
  async bears(what: string, script: Script): Promise<HttpResponse> {
    const response = await this.ask({}, script);
    await this.stillServes(what);
    return response;
  }
}
