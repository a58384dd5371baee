import type { ServerResponse } from 'node:http';
import { http } from '../node-http.ts';

/** What is sent in the place of an answer. */
export interface Page {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

/** The head of an answer that is about to be sent. */
export interface AnswerHead {
  /** Names and values as `writeHead` got them. */
  readonly fields: unknown;
  readonly status: number;
}

/**
 * What becomes of an answer: `passing` on as it comes; `held` back until it is known whether a page is sent in its place;
 * `replaced` by that page, so that whatever more comes of it is dropped.
 */
type AnswerState = 'held' | 'passing' | 'replaced';

/** A response whose bare failures can be replaced by a page before anything of them is sent. */
export class ReplaceableResponse extends http.ServerResponse {
  /** Asked about each answer; `undefined`, at once or later, lets it pass. */
  replacement: ((head: AnswerHead) => Promise<Page | undefined> | undefined) | undefined;
  /** What is to be done if it passes after all. */
  #held: Array<() => void> = [];
  #state: AnswerState = 'passing';

  override writeHead(status: number, ...rest: unknown[]): this {
    const head = [status, ...rest];
    const replacement = this.replacement?.({ status, fields: rest.at(-1) });
    this.replacement = undefined;
    if (replacement === undefined) return this.#call('writeHead', head) as this;
    this.#state = 'held';
    this.#held.push(() => this.#call('writeHead', head));
    void replacement.then((page) => this.#release(page));
    return this;
  }

  override write(...args: unknown[]): boolean {
    if (this.#state === 'passing') return this.#call('write', args) as boolean;
    if (this.#state === 'held') this.#held.push(() => this.#call('write', args));
    return true;
  }

  override end(...args: unknown[]): this {
    if (this.#state === 'passing') return this.#call('end', args) as this;
    if (this.#state === 'held') this.#held.push(() => this.#call('end', args));
    return this;
  }

  override flushHeaders(): void {
    if (this.#state === 'passing') super.flushHeaders();
  }

  #release(page: Page | undefined): void {
    const held = this.#held;
    this.#held = [];
    this.#state = 'passing';
    if (page === undefined) {
      for (const step of held) step();
      return;
    }
    sendPage(this, page);
    this.#state = 'replaced';
  }

  #call(method: 'end' | 'write' | 'writeHead', args: unknown[]): unknown {
    return Reflect.apply(http.ServerResponse.prototype[method], this, args);
  }
}

/** Sends a page as the whole answer. */
export function sendPage(response: ServerResponse, { body, headers, status }: Page): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
