import type { ApplicationOptions } from './options.ts';

/** An application that listens. */
export interface ListeningApplication {
  /** Where the application listens; see `WebServerOptions`. */
  readonly listen: string | readonly string[];
}

/** A program that the web server starts. */
export interface StartedApplication {
  /** The program; see `WebServerOptions`. */
  readonly app: string | ApplicationOptions;
}

/**
 * Where the application of a product is, made of the table of what the product refuses: one that starts no programs needs an
 * address, one that connects to nothing needs a program, others need either.
 */
export type Placed<Refused> = 'app' extends keyof Refused
  ? ListeningApplication
  : 'listen' extends keyof Refused
    ? StartedApplication
    : ListeningApplication | StartedApplication;
