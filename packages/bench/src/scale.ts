/** How much is done. */
export interface Scale {
  /** How often contenders are started anew. */
  readonly generations: number;
  /** How often each contender is measured in a generation. */
  readonly rounds: number;
  /** Milliseconds of each measurement under load. */
  readonly milliseconds: number;
  /** Milliseconds of CPU time before the first measurement: code is compiled, heaps find their size. */
  readonly warmUpMilliseconds: number;
  /** Size of a download and of an upload. */
  readonly transferBytes: number;
  /** Transfers in one measurement. */
  readonly transfers: number;
  /** Connections that stay open with nothing to do. */
  readonly idleConnections: number;
  /** Browsers that hold an event stream open. */
  readonly eventStreams: number;
  /** Requests at once on one connection. */
  readonly concurrentRequests: number;
  /** Requests in one measurement of them. */
  readonly multiplexedRequests: number;
  /** After how many requests memory is looked at first. */
  readonly fewRequests: number;
  /** After how many requests memory is looked at again. */
  readonly manyRequests: number;
  /** Bytes of STDIN to decode in one measurement. */
  readonly stdinBytes: number;
  /** Milliseconds for each of the smallest benchmarks. */
  readonly microMilliseconds: number;
}

/** What `pnpm bench` does: everything in less than six minutes. */
export const usualScale: Scale = {
  generations: 1,
  rounds: 6,
  milliseconds: 450,
  warmUpMilliseconds: 1_000,
  transferBytes: 100_000_000,
  transfers: 1,
  idleConnections: 10_000,
  eventStreams: 10_000,
  concurrentRequests: 1_000,
  multiplexedRequests: 15_000,
  fewRequests: 10_000,
  manyRequests: 200_000,
  stdinBytes: 500_000_000,
  microMilliseconds: 400,
};

/**
 * With `--docs`: everything in about eight minutes, each contender in two processes, because V8 compiles the same code a
 * little differently in each.
 */
export const docsScale: Scale = { ...usualScale, generations: 2, rounds: 4, warmUpMilliseconds: 1_500 };

/** With `--full`: as much as the goals say, and more rounds. */
export const fullScale: Scale = {
  ...usualScale,
  generations: 3,
  rounds: 5,
  milliseconds: 1_000,
  warmUpMilliseconds: 2_000,
  manyRequests: 1_000_000,
  microMilliseconds: 1_000,
};

/** With `--smoke`: whether everything works; the figures mean nothing. */
export const smokeScale: Scale = {
  generations: 1,
  rounds: 1,
  milliseconds: 50,
  warmUpMilliseconds: 0,
  transferBytes: 1_000_000,
  transfers: 1,
  idleConnections: 100,
  eventStreams: 100,
  concurrentRequests: 20,
  multiplexedRequests: 200,
  fewRequests: 100,
  manyRequests: 200,
  stdinBytes: 2_000_000,
  microMilliseconds: 10,
};
