/** What a runner handles, and what would end it before it does: at its start Node leaves all of them to the system. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** A signal that nothing handles yet. */
interface Held {
  /** How often it has come. */
  count: number;
  readonly hold: () => void;
}

const held = new Map<NodeJS.Signals, Held>();

/** Keeps the signals of a runner, from now until {@link onSignal} or {@link releaseSignal}. */
export function holdSignals(): void {
  for (const name of SIGNALS) {
    const signal: Held = {
      count: 0,
      hold: () => {
        signal.count += 1;
      },
    };
    held.set(name, signal);
    process.on(name, signal.hold);
  }
}

/** Handles a signal from now on, and first what has been held of it. */
export function onSignal(name: NodeJS.Signals, handle: (name: NodeJS.Signals) => void): void {
  // Before the old listener goes: without one, the signal would end the process.
  process.on(name, handle);
  for (let count = releaseSignal(name); count > 0; count -= 1) handle(name);
}

/**
 * Leaves a signal to Node and the application from now on.
 *
 * @returns how often it has come while it was held
 */
export function releaseSignal(name: NodeJS.Signals): number {
  const signal = held.get(name);
  if (signal === undefined) return 0;
  held.delete(name);
  process.off(name, signal.hold);
  return signal.count;
}
