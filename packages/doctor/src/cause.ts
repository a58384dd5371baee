import type { Facts } from './facts.ts';

/** A line of a log that points to a cause. */
export interface Symptom {
  /** A web server's error log, or another place. */
  readonly where: string;
  /** The line, or the part of it that matters; `…` stands for whatever differs. */
  readonly line: string;
}

/** The names in this deployment that the texts of a cause use. */
export interface DeploymentNames {
  /** Where the application listens, such as `unix:/run/app.sock`. */
  readonly address: string;
  /** What `fcgi run` can serve: the program itself, or `APP` where it is a shell script that starts another. */
  readonly application: string;
  /** The folder of the program. */
  readonly folder: string;
  /** The path of the program. */
  readonly program: string;
  /** The path of the Unix socket. */
  readonly socket: string;
  /** The web server's user. */
  readonly user: string;
}

/** One thing that can be wrong in a deployment, with its remedy. */
export interface Cause {
  /** Stable, for scripts. */
  readonly id: string;
  /** The cause in a few words. */
  readonly title: string;
  /** What the browser gets, in words. */
  readonly seen: string;
  /** Log lines that point to this cause. */
  readonly lines: readonly Symptom[];
  /** Why it fails, in plain words. */
  readonly why: string;
  /** What to do, step by step. */
  remedy(names: DeploymentNames): readonly string[];
  /** What in the facts shows this cause; empty where they do not show it. Log lines are not considered. */
  evidence(facts: Facts): readonly string[];
}

/** Causes that belong together, such as all that concern a socket. */
export interface CauseFamily {
  /** A heading for people. */
  readonly title: string;
  /**
   * Which of its causes become findings. `'all'`: every one that the facts show. `'first'`: the first that they show; the others are its
   * consequences. `'rest'`: the first, and only where nothing else was found. `'aside'`: every one, whatever else was found.
   * `'otherwise'`: every one, where nothing was found but asides.
   */
  readonly reports: 'all' | 'aside' | 'first' | 'otherwise' | 'rest';
  /** In the order in which they are considered. */
  readonly causes: readonly Cause[];
}

/** One thing that is wrong in this deployment. Its texts may change between versions, its `id` does not. */
export interface Finding {
  /** The cause, for programs; `docs/doctor.md` has all of them. */
  readonly id: string;
  /** The cause in a few words. */
  readonly title: string;
  /** Why it fails, in plain words. */
  readonly cause: string;
  /** What shows it, one line each. It may quote secrets and control characters. */
  readonly evidence: readonly string[];
  /** What to do, one step each. */
  readonly remedy: readonly string[];
}
