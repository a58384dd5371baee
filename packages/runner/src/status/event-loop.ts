import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** Milliseconds between two ticks that are measured; the histogram counts them as part of the delay. */
const RESOLUTION = 20;

/** How late and how busy the event loop of this process was, lately: since the last turn but one. */
export class EventLoopWatch {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  #lastDelay = 0;
  #marks: [EventLoopUtilization, EventLoopUtilization];

  constructor() {
    this.#histogram.enable();
    const now = performance.eventLoopUtilization();
    this.#marks = [now, now];
  }

  /** The longest delay, in milliseconds. */
  get delay(): number {
    return Math.max(this.#lastDelay, this.#currentDelay);
  }

  /** 0 to 1. */
  get utilization(): number {
    return performance.eventLoopUtilization(performance.eventLoopUtilization(), this.#marks[0]).utilization;
  }

  /** Begins a new period, and forgets the one before the last. */
  turn(): void {
    this.#lastDelay = this.#currentDelay;
    this.#histogram.reset();
    this.#marks = [this.#marks[1], performance.eventLoopUtilization()];
  }

  get #currentDelay(): number {
    return Math.max(0, this.#histogram.max / 1e6 - RESOLUTION);
  }
}
