import type { Random } from '../random.ts';
import { MARK } from './hidden.ts';
import type { Executions, Plan } from './plan.ts';

/** So many that none comes again soon. */
const TOKENS = 2 ** 32;
/** Exchanges that may still come although they are over. */
const LATE = 1_000;

interface Entry {
  executions: number;
  /** Bytes of the body that the application has got. */
  received: number;
  readonly plan: Plan;
}

/** Accounts for every exchange: how often it was executed, with which body, and whose answer came. */
export class Ledger {
  /** Everything that must not be. */
  readonly problems: string[] = [];
  /** How exchanges ended, and how often. */
  readonly outcomes = new Map<string, number>();
  /** Exchanges that are over. */
  over = 0;
  readonly #open = new Map<number, Entry>();
  /** Those that were cut off before the application was asked for them. */
  readonly #late: number[] = [];

  /** A token for a new exchange: the same one where the same episode is run again. */
  token(random: Random): number {
    const token = random.below(TOKENS);
    return this.#open.has(token) ? this.token(random) : token;
  }

  /** Bodies, which hold whole requests, are on their way from here on. */
  begin(plan: Plan): void {
    this.#open.set(plan.token, { executions: 0, plan, received: 0 });
  }

  /**
   * The application was asked for something.
   *
   * @returns what it is to do; `undefined` where the request is not one of those that were sent
   */
  execute(uri: string | undefined): Plan | undefined {
    const entry = this.#find(uri);
    if (entry === undefined) {
      this.problems.push(`The application was asked for ${uri}.`);
      return undefined;
    }
    entry.executions += 1;
    return entry.plan;
  }

  /** What a request is to be done with. */
  planOf(uri: string | undefined): Plan | undefined {
    return this.#find(uri)?.plan;
  }

  /** The application got bytes of a body. */
  received({ token }: Plan, bytes: Uint8Array): void {
    const entry = this.#open.get(token);
    if (entry === undefined) return;
    const expected = entry.plan.body.subarray(entry.received, entry.received + bytes.length);
    entry.received += bytes.length;
    if (Buffer.compare(expected, bytes) !== 0)
      this.problems.push(`Other bytes came as the body of ${token}.`);
  }

  /** Something came as the answer to a request: a whole one or its beginning. */
  answered({ answer, token }: Plan, from: string | undefined, body: Uint8Array): void {
    if (from !== String(token)) this.problems.push(`The answer of ${from} came to ${token}.`);
    else if (body.length > answer.length || Buffer.compare(answer.subarray(0, body.length), body) !== 0)
      this.problems.push(`Another body came as the answer to ${token}.`);
  }

  /** Something came that says that the request failed. */
  failed({ token }: Plan, text: string): void {
    if (text.includes(MARK) || /token[=:]/i.test(text))
      this.problems.push(`A part of an answer came as the failure of ${token}: ${text.slice(0, 200)}`);
  }

  /** Nothing more comes of an exchange. */
  end({ token }: Plan, executions: Executions, outcome: string): void {
    const entry = this.#open.get(token);
    if (entry === undefined) throw new Error(`${token} has not begun.`);
    this.over += 1;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (!ALLOWED[executions].includes(entry.executions))
      this.problems.push(
        `${token} (${outcome}) was executed ${entry.executions} times instead of ${executions}.`,
      );
    // Who comes again with a token that is gone is found in any case; what was cut off may still come for the first time.
    if (executions === 'at most once' && entry.executions === 0) this.#late.push(token);
    else this.#open.delete(token);
    if (this.#late.length > LATE) this.#open.delete(this.#late.shift() ?? 0);
  }

  #find(uri: string | undefined): Entry | undefined {
    return this.#open.get(Number(/^\/t\/(\d+)$/.exec(uri ?? '')?.[1]));
  }
}

const ALLOWED: Readonly<Record<Executions, readonly number[]>> = {
  'at most once': [0, 1],
  never: [0],
  once: [1],
};
