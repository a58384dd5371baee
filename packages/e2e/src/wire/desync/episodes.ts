import { Random } from '../random.ts';
import { Ledger } from './ledger.ts';
import { askByClient } from './through-client.ts';
import { askByHttp } from './through-gateway.ts';
import { askByBytes } from './web-server.ts';
import { World } from './world.ts';

/** Episodes at once. */
const WORKERS = 12;
/** Milliseconds after which an episode hangs, far above all time-outs in it. */
const PATIENCE = 30_000;

/**
 * Episodes of exchanges over few connections. Each depends on the seed and its number alone, so that one can be repeated.
 */
export class Episodes {
  readonly #ledger: Ledger;
  readonly #seed: number;
  readonly #world: World;
  /** Episodes that are not over, or were not when there was a problem. */
  readonly #running = new Set<number>();
  #next: number;
  readonly #onError = (error: unknown) => {
    this.#ledger.problems.push(`An uncaught error: ${error instanceof Error ? error.stack : error}`);
  };

  private constructor(world: World, ledger: Ledger, seed: number, first: number) {
    this.#world = world;
    this.#ledger = ledger;
    this.#seed = seed;
    this.#next = first;
    process.on('uncaughtException', this.#onError);
    process.on('unhandledRejection', this.#onError);
  }

  /** @param first number of the first episode */
  static async start(seed: number, first = 0): Promise<Episodes> {
    const ledger = new Ledger();
    return new Episodes(await World.start(ledger), ledger, seed, first);
  }

  /** The number of the first episode that a problem may come from. */
  get suspect(): number {
    return Math.min(this.#next, ...this.#running);
  }

  /** Everything that must not be. */
  get problems(): readonly string[] {
    return this.#ledger.problems;
  }

  /** Exchanges so far. */
  get exchanges(): number {
    return this.#ledger.over;
  }

  /** How exchanges ended, and how often. */
  get outcomes(): ReadonlyMap<string, number> {
    return this.#ledger.outcomes;
  }

  /** Runs episodes, so many milliseconds long or until there is a problem. */
  async run(duration: number): Promise<void> {
    const end = performance.now() + duration;
    const work = async () => {
      while (performance.now() < end && this.problems.length === 0) {
        const number = this.#next;
        this.#next += 1;
        this.#running.add(number);
        await this.#episode(number);
        if (this.problems.length === 0) this.#running.delete(number);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
  }

  async stop(): Promise<void> {
    await this.#world.stop();
    process.off('uncaughtException', this.#onError);
    process.off('unhandledRejection', this.#onError);
  }

  async #episode(number: number): Promise<void> {
    // Seeds of neighbours must not overlap: each number gets a sequence of its own.
    const random = new Random(Math.imul(this.#seed + number, 0x9e37_79b1));
    let timer: NodeJS.Timeout | undefined;
    const hangs = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('It hangs.')), PATIENCE);
    });
    try {
      await Promise.race([this.#play(random), hangs]);
    } catch (error) {
      this.#ledger.problems.push(`Episode ${number}: ${error instanceof Error ? error.stack : error}`);
    } finally {
      clearTimeout(timer);
    }
  }

  async #play(random: Random): Promise<void> {
    const [ledger, world] = [this.#ledger, this.#world];
    const way = random.below(6);
    if (way < 2) await askByBytes(await world.connect(random), ledger, random);
    else if (way < 4) await askByHttp(world.gatewayPath(random), ledger, random);
    else
      await askByClient(
        random.chance(0.2) ? { server: world.server } : { address: world.addressOf(random) },
        ledger,
        random,
      );
  }
}
