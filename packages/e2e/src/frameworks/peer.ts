import type { Answer } from './answer.ts';

/** The other end of one request: what a browser does over HTTP, and a web server over FastCGI. */
export interface Peer {
  /** What came back, once nothing more can come. */
  readonly answer: Promise<Answer>;
  /** Ends a body that was left open. */
  endBody(): void;
  /** Resolves when the head of the answer has come. */
  head(): Promise<void>;
  /** Goes away without a word, whatever is under way. */
  leave(): void;
  /** Reads no more for now. */
  pause(): void;
  /** Resolves when at least so many bytes of the body have come. */
  received(bytes: number): Promise<void>;
  /** Reads on. */
  resume(): void;
  /** Sends a part of a body that was left open. */
  send(part: string | Uint8Array): void;
}
