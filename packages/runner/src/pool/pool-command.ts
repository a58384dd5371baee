/** What is to be done. Times are of the caller's clock, in milliseconds. */
export type PoolCommand =
  /** `number`: its place among the workers, from 0; one that takes the place of another has that of the other. */
  | { readonly kind: 'spawn'; readonly id: number; readonly generation: number; readonly number: number }
  | { readonly kind: 'stop'; readonly id: number }
  /** Call `tick()` of the pool then. */
  | { readonly kind: 'timer'; readonly at: number }
  | { readonly kind: 'say'; readonly what: PoolNews }
  /** Call `connectionArrived()` when a connection comes. */
  | { readonly kind: 'await-connection' }
  /** Nothing is left. `failed`: the application could not be started even once. */
  | { readonly kind: 'done'; readonly failed: boolean };

/** What the operator is to know. */
export type PoolNews =
  /** On demand, without workers yet. */
  | { readonly event: 'started'; readonly workers: number }
  /** There are no workers until a connection comes. */
  | { readonly event: 'idle' }
  | { readonly event: 'resumed'; readonly workers: number }
  /** The application could not be started for a connection; none is tried for so long. */
  | { readonly event: 'resume-failed'; readonly delay: number }
  /** The application could not be started even once; it is tried again after so long. */
  | { readonly event: 'start-failed'; readonly delay: number }
  /** A worker has been sent the signal to load the application anew. */
  | { readonly event: 'reloading'; readonly worker: number }
  | { readonly event: 'reloaded'; readonly generation: number }
  /** `delay`: no worker serves the socket that has been opened anew, and it is tried again after so long. */
  | { readonly event: 'reload-failed'; readonly delay: number | undefined; readonly generation: number }
  /** Workers reach the limit of memory soon after their start; the next one is replaced after so long. */
  | { readonly event: 'over-memory'; readonly delay: number }
  /** So many workers in a row have ended soon after their start. */
  | { readonly event: 'crash-loop'; readonly crashes: number; readonly delay: number };
