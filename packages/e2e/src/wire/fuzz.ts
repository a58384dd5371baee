import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { fuzzSeeds } from './fuzz-seeds.ts';
import { mutated } from './mutate.ts';
import type { ProbeProcess } from './probe-process.ts';
import { Random } from './random.ts';
import type { WireConnection } from './wire-connection.ts';

/** Streams at once. */
const WORKERS = 12;
/** Milliseconds without a byte after which a stream has been answered as far as it will be. */
const QUIET = 15;
/** Milliseconds after which a stream is given up, whatever still comes. */
const PATIENCE = 500;

/**
 * Sends changed streams of records to a probe, each on a connection of its own, cut anywhere, and ends the connection
 * in one of many ways. Each stream depends on the seed and its number alone, so that one can be sent again.
 */
export class Fuzzer {
  readonly #probe: ProbeProcess;
  readonly #seed: number;
  readonly #problems: string[] = [];
  #next: number;

  /** @param first number of the first stream */
  constructor(probe: ProbeProcess, seed: number, first = 0) {
    this.#probe = probe;
    this.#seed = seed;
    this.#next = first;
  }

  /** The number of the next stream. */
  get next(): number {
    return this.#next;
  }

  /** What came that no application may send. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Sends that many streams. */
  async run(count: number): Promise<void> {
    const end = this.#next + count;
    const work = async () => {
      while (this.#next < end) {
        const number = this.#next;
        this.#next += 1;
        await this.#send(number);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
  }

  async #send(number: number): Promise<void> {
    // Seeds of neighbours must not overlap: each number gets a sequence of its own.
    const random = new Random(Math.imul(this.#seed + number, 0x9e37_79b1));
    const stream = mutated(fuzzSeeds, random);
    const connection = await this.#probe.connect();
    try {
      await sendInPieces(connection, stream, random);
      await this.#end(connection, random);
      if (connection.error?.message.startsWith('The application') && !isBrokenOff(connection)) {
        this.#problems.push(`stream ${number}: ${connection.error.message}`);
      }
    } finally {
      this.#probe.forget(connection);
    }
  }

  async #end(connection: WireConnection, random: Random): Promise<void> {
    const way = random.below(10);
    if (way === 0) return;
    if (way === 1) {
      connection.pause();
      await delay(QUIET);
      return;
    }
    if (way < 6) connection.finish();
    await quiet(connection);
  }
}

async function sendInPieces(connection: WireConnection, stream: Uint8Array, random: Random): Promise<void> {
  const pieces = random.pick([1, 1, 1, 2, 3, 10]);
  for (let piece = 0; piece < pieces && !connection.hasEnded; piece += 1) {
    const [from, to] = [piece, piece + 1].map((index) => Math.floor((stream.length * index) / pieces));
    connection.sendArray(stream.subarray(from, to));
    await turn();
  }
}

/** Waits until the connection has ended or nothing comes any more. */
async function quiet(connection: WireConnection): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  let received = -1;
  while (!connection.hasEnded && received !== connection.received && performance.now() < deadline) {
    received = connection.received;
    await delay(QUIET);
  }
}

/** An answer that cannot be completed ends with eight zero bytes, so that web servers notice. */
function isBrokenOff(connection: WireConnection): boolean {
  return connection.error?.message.includes('version 0') === true;
}
