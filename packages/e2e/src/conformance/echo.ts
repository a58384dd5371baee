import assert from 'node:assert/strict';
import type { Answer } from '../http.ts';

/** What the application's `/echo` tells about the request. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly originalUrl: string;
  readonly baseUrl: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: BodyDigest;
  readonly complete: boolean;
}

/** What the application has seen of an upload. */
export interface BodyDigest {
  readonly length: number;
  readonly sha256: string;
}

/**
 * Reads an answer of `/echo`.
 *
 * @param answer must be 200 and JSON
 */
export function echoOf(answer: Answer): Echo {
  assertJson(answer);
  return answer.json() as Echo;
}

/**
 * Reads an answer of `/upload/:token`.
 *
 * @param answer must be 200 and JSON
 */
export function digestOf(answer: Answer): BodyDigest {
  assertJson(answer);
  return answer.json() as BodyDigest;
}

function assertJson(answer: Answer): void {
  assert.equal(answer.status, 200, answer.text());
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
}
