import { onSignal, releaseSignal } from './held-signals.ts';

/** The signals by which operators, supervisors and terminals end a process. php-fpm's QUIT is a TERM to it. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const;

/** A signal from outside that asks the process to end. */
export interface StopSignals {
  /** The first one, by name. */
  readonly first: Promise<NodeJS.Signals>;
  /** A second one: at once. */
  readonly second: Promise<NodeJS.Signals>;
}

/** Takes over the signals that end a process; from now on they no longer do so by themselves. */
export function watchStopSignals(): StopSignals {
  const received: Array<(signal: NodeJS.Signals) => void> = [];
  const [first, second] = [0, 1].map(() => new Promise<NodeJS.Signals>((resolve) => received.push(resolve)));
  for (const name of SIGNALS) onSignal(name, (signal) => received.shift()?.(signal));
  return { first: first!, second: second! };
}

/**
 * Lets these signals end the process by themselves from now on.
 *
 * @returns one that has come before
 */
export function releaseStopSignals(): NodeJS.Signals | undefined {
  return SIGNALS.filter((name) => releaseSignal(name) > 0)[0];
}
