/** How far the start has come. */
export const START = { loading: 0, done: 1 } as const;

/** What the watchdog looks after. */
export interface WatchdogData {
  /** The heartbeat of the event loop. */
  readonly eventLoop?: { readonly beat: Int32Array; readonly interval: number; readonly timeout: number };
  /** The process that this one must not outlive, and the seconds that requests under way have to end. */
  readonly parent?: { readonly grace: number; readonly pid: number };
  /**
   * Whether the application has been loaded, one of {@link START}, the milliseconds it has for that, and the heartbeat of the
   * event loop meanwhile.
   */
  readonly start?: { readonly beat: Int32Array; readonly phase: Int32Array; readonly timeout: number };
}
