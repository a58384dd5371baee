import type { ServerResponse } from 'node:http';
import { http } from './node-http.ts';

/** What is sent in the place of an answer. */
export interface Page {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly status: number;
}

/** The head of an answer that is about to be sent. */
export interface AnswerHead {
  /** Names and values as `writeHead` got them. */
  readonly fields: unknown;
  readonly status: number;
}

/** A page, later, or what decides about it when the body is whole; `undefined` lets the answer pass. */
export type Replacement = Promise<Page | undefined> | ((body: Uint8Array) => Promise<Page | undefined>);

/** Bytes of a body that is waited for, and milliseconds: what is longer, or takes longer, passes. */
const LONGEST_BODY = 1_048_576;
const WHOLE_WITHIN = 2_000;

/**
 * What becomes of an answer: `passing` on as it comes; `collected` until its body is whole; `held` back until it is known
 * whether a page is sent in its place; `replaced` by that page, so that whatever more comes of it is dropped.
 *
 *     passing ──► collected ──► held ──► replaced
 *        │ ▲          │         ▲ │
 *        │ └──────────┴─────────┼─┘
 *        └──────────────────────┘
 */
type AnswerState = 'collected' | 'held' | 'passing' | 'replaced';

/** A response that can be replaced by a page before anything of it is sent. */
export class ReplaceableResponse extends http.ServerResponse {
  /** Asked about each answer; `undefined` lets it pass. */
  replacement: ((head: AnswerHead) => Replacement | undefined) | undefined;
  #body: Uint8Array[] = [];
  #deadline: NodeJS.Timeout | undefined;
  #decide: (body: Uint8Array) => Promise<Page | undefined> = async () => undefined;
  /** What is to be done if it passes after all. */
  #held: Array<() => void> = [];
  #state: AnswerState = 'passing';

  override writeHead(status: number, ...rest: unknown[]): this {
    const head = [status, ...rest];
    const replacement = this.replacement?.({ status, fields: rest.at(-1) });
    this.replacement = undefined;
    if (replacement === undefined) return this.#call('writeHead', head) as this;
    this.#held.push(() => this.#call('writeHead', head));
    if (replacement instanceof Promise) this.#hold(replacement);
    else this.#collect(replacement);
    return this;
  }

  override write(...args: unknown[]): boolean {
    if (this.#state === 'passing') return this.#call('write', args) as boolean;
    if (this.#state !== 'replaced') this.#keep('write', args);
    return true;
  }

  override end(...args: unknown[]): this {
    if (this.#state === 'passing') return this.#call('end', args) as this;
    if (this.#state !== 'replaced') this.#keep('end', args);
    if (this.#state === 'collected') this.#hold(this.#decide(Buffer.concat(this.#body)));
    return this;
  }

  override flushHeaders(): void {
    if (this.#state === 'passing') super.flushHeaders();
  }

  #collect(decide: (body: Uint8Array) => Promise<Page | undefined>): void {
    this.#state = 'collected';
    this.#decide = decide;
    this.#deadline = setTimeout(() => this.#release(undefined), WHOLE_WITHIN);
    this.once('close', () => clearTimeout(this.#deadline));
  }

  #hold(page: Promise<Page | undefined>): void {
    clearTimeout(this.#deadline);
    this.#state = 'held';
    void page.then((one) => this.#release(one));
  }

  #keep(method: 'end' | 'write', args: unknown[]): void {
    this.#held.push(() => this.#call(method, args));
    const [chunk] = args;
    if (this.#state !== 'collected' || (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))) return;
    this.#body.push(Buffer.from(chunk as Uint8Array));
    if (this.#body.reduce((sum, { length }) => sum + length, 0) > LONGEST_BODY) this.#release(undefined);
  }

  #release(page: Page | undefined): void {
    const held = this.#held;
    clearTimeout(this.#deadline);
    this.#held = [];
    this.#body = [];
    this.#state = 'passing';
    // The browser has gone meanwhile: there is nothing to write to.
    if (this.destroyed) return;
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
