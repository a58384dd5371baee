import type { ProbeProcess } from './probe-process.ts';
import { Random } from './random.ts';
import { request } from './requests.ts';
import { type SoakRequest, soakRequest } from './soak-requests.ts';
import type { WireConnection } from './wire-connection.ts';

/** How a soak goes. */
export interface SoakOptions {
  readonly requests: number;
  readonly seed: number;
  /** Web servers at once. */
  readonly workers: number;
}

/** What became of the requests. */
export interface SoakResult {
  /** Answers that came, whole and right. */
  readonly answered: number;
  /** Requests whose connection this side closed or reset before the answer, on purpose. */
  readonly abandoned: number;
  /** Answers that broke off because they had to. */
  readonly broken: number;
  readonly connections: number;
  /** What was wrong, if anything. */
  readonly problems: readonly string[];
}

const PROBLEMS_KEPT = 10;
const ABANDON_CHANCE = 0.3;
const BREAK_CHANCE = 0.1;
const NO_KEEP_CHANCE = 0.2;
const PAUSE_CHANCE = 0.01;

/** Many web servers that send requests of all kinds as fast as they are answered, each checking what comes. */
export class Soak {
  readonly #probe: ProbeProcess;
  readonly #options: SoakOptions;
  readonly #problems: string[] = [];
  #begun = 0;
  #answered = 0;
  #abandoned = 0;
  #broken = 0;
  #connections = 0;

  constructor(probe: ProbeProcess, options: SoakOptions) {
    this.#probe = probe;
    this.#options = options;
  }

  /** Runs until all requests have been answered. */
  async run(): Promise<SoakResult> {
    const { workers, seed } = this.#options;
    await Promise.all(Array.from({ length: workers }, (_, index) => this.#work(new Random(seed + index))));
    return {
      answered: this.#answered,
      abandoned: this.#abandoned,
      broken: this.#broken,
      connections: this.#connections,
      problems: this.#problems,
    };
  }

  async #work(random: Random): Promise<void> {
    while (this.#goesOn && this.#problems.length === 0) {
      const connection = await this.#probe.connect();
      this.#connections += 1;
      try {
        if (random.chance(BREAK_CHANCE)) await this.#seeItBreak(connection);
        else if (random.chance(NO_KEEP_CHANCE)) await this.#useOnce(connection, random);
        else await this.#useOften(connection, random);
      } catch (error) {
        this.#complain(String(error));
      }
      this.#probe.forget(connection);
    }
  }

  get #goesOn(): boolean {
    return this.#begun < this.#options.requests;
  }

  /** A request whose handler throws in mid-answer: it must not look whole. */
  async #seeItBreak(connection: WireConnection): Promise<void> {
    if (!this.#goesOn) return;
    this.#begun += 1;
    connection.send(request('/throw?when=mid'));
    await connection.end();
    this.#broken += 1;
    if (connection.answers.length > 0 || !String(connection.error).includes('version 0')) {
      this.#complain(`a broken answer ended with ${String(connection.error)}`);
    }
  }

  /** One request without FCGI_KEEP_CONN, after which the application must close. */
  async #useOnce(connection: WireConnection, random: Random): Promise<void> {
    if (!this.#goesOn) return;
    const sent = this.#send(connection, random.between(1, 65_535), false, random);
    this.#check(await connection.answer(), sent);
    const end = await connection.end();
    if (end !== 'end') this.#complain(`a connection ended with ${end}`);
  }

  /** Some hundred requests on one connection, several at a time. */
  async #useOften(connection: WireConnection, random: Random): Promise<void> {
    const lifetime = random.between(20, 400);
    const atOnce = random.between(1, 16);
    const abandons = random.chance(ABANDON_CHANCE);
    const waiting = new Map<number, SoakRequest>();
    let sent = 0;
    for (;;) {
      while (waiting.size < atOnce && sent < lifetime && this.#goesOn) {
        const id = freeId(waiting, random);
        waiting.set(id, this.#send(connection, id, true, random));
        sent += 1;
      }
      if (waiting.size === 0) return;
      if (abandons && sent >= lifetime / 2) {
        this.#abandoned += waiting.size;
        if ('port' in this.#probe.target && random.chance(0.5)) connection.reset();
        return;
      }
      if (random.chance(PAUSE_CHANCE)) pauseFor(connection, random.between(1, 50));
      const answer = await connection.answer();
      const request = waiting.get(answer.id);
      waiting.delete(answer.id);
      this.#check(answer, request);
    }
  }

  #send(connection: WireConnection, id: number, keep: boolean, random: Random): SoakRequest {
    this.#begun += 1;
    const request = soakRequest(id, keep, `token-${this.#begun}`, random);
    connection.sendArray(request.bytes);
    return request;
  }

  #check(answer: Parameters<SoakRequest['wrong']>[0], request: SoakRequest | undefined): void {
    const wrong = request === undefined ? 'there was no such request' : request.wrong(answer);
    if (wrong !== undefined) this.#complain(`answer ${answer.records} to ${answer.id}: ${wrong}`);
    this.#answered += 1;
  }

  #complain(problem: string): void {
    if (this.#problems.length < PROBLEMS_KEPT) this.#problems.push(problem);
  }
}

function freeId(taken: ReadonlyMap<number, unknown>, random: Random): number {
  for (;;) {
    const id = random.chance(0.5) ? random.between(1, 20) : random.between(1, 65_535);
    if (!taken.has(id)) return id;
  }
}

function pauseFor(connection: WireConnection, milliseconds: number): void {
  connection.pause();
  setTimeout(() => connection.resume(), milliseconds);
}
