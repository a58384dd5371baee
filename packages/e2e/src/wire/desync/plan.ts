import { join } from 'test-support';
import type { Random } from '../random.ts';
import { hiddenBytes } from './hidden.ts';

/** How the application writes its answer. */
export type Style = 'fetch' | 'node' | 'request';

/** What a length says of what it belongs to. */
export type Length = 'absent' | 'exact' | 'long' | 'short';

/** How often the application may be asked for a request. */
export type Executions = 'at most once' | 'never' | 'once';

/** One exchange: what is asked with which body, what the application does with it, and what it answers. */
export interface Plan {
  /** The body of the answer: it says whose it is at its beginning and its end. */
  readonly answer: Uint8Array;
  /** Content-Length of the answer; `undefined` for none. */
  readonly answerLength: number | undefined;
  readonly body: Uint8Array;
  /** Bytes of the body that the application reads before it answers; `Infinity` for all, with the end. */
  readonly reads: number;
  /** Whether the rest of the body is read after the answer has begun. */
  readonly readsLate: boolean;
  readonly style: Style;
  readonly token: number;
}

/** What an exchange has in it. */
export interface PlanOptions {
  /** Whether bodies have requests and answers of HTTP in them, too. */
  readonly http?: boolean;
  readonly token: number;
}

/** An exchange of any kind. */
export function planOf(random: Random, { http = false, token }: PlanOptions): Plan {
  const body = random.chance(0.08) ? new Uint8Array(0) : large(hiddenBytes(random, http), random);
  const answer = join(`token=${token};`, large(hiddenBytes(random, http), random), `;token=${token}`);
  const length = random.pick<Length>(['absent', 'exact', 'exact', 'exact', 'long', 'short']);
  return {
    answer,
    answerLength: announced(answer.length, length, random),
    body,
    reads: random.pick([
      0,
      1,
      8,
      body.length >> 1,
      body.length,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]),
    readsLate: random.chance(0.3),
    style: random.pick<Style>(['fetch', 'node', 'request']),
    token,
  };
}

/** A length that says what it should say, more or less. */
export function announced(length: number, kind: Length, random: Random): number | undefined {
  if (kind === 'absent') return undefined;
  if (kind === 'long') return length + random.pick([1, 8, 100, 70_000]);
  return kind === 'exact' ? length : Math.floor(length * random.next());
}

/** Seldom so much that it needs several records, and more than what waits for a reader. */
function large(bytes: Uint8Array, random: Random): Uint8Array {
  if (!random.chance(0.01)) return bytes;
  const times = Math.ceil(random.pick([20_000, 70_000, 200_000]) / bytes.length);
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}
