import type { Facts } from './facts.ts';

/** Where one sees that something is wrong, and what stands there. */
export interface Symptom {
  /** A web server's error log, or another place. */
  readonly where: string;
  /** The line, or the part of it that matters; `…` stands for whatever differs. */
  readonly line: string;
}

/** What the texts of a cause name, as it is in this deployment. */
export interface Names {
  readonly address: string;
  readonly folder: string;
  readonly program: string;
  readonly socket: string;
  readonly user: string;
}

/** One thing that can be wrong. */
export interface Cause {
  /** Stable, for scripts. */
  readonly id: string;
  /** In a few words. */
  readonly title: string;
  /** What the browser gets, for people. */
  readonly seen: string;
  /** Lines of logs that tell it. */
  readonly lines: readonly Symptom[];
  /** Why that goes wrong, in plain words. */
  readonly why: string;
  /** What to do, step by step. */
  remedy(names: Names): readonly string[];
  /** What in the facts shows it; nothing where they do not. Logs are looked at elsewhere. */
  evidence(facts: Facts): readonly string[];
}

/** Causes that belong together. */
export interface Family {
  readonly title: string;
  /**
   * 'all': each stands for itself. 'first': they are ways in which the same thing goes wrong, and the first that the
   * facts show is it. 'rest': so too, and worth telling only where nothing else was found. 'aside': whatever else was
   * found.
   */
  readonly reports: 'all' | 'aside' | 'first' | 'rest';
  readonly causes: readonly Cause[];
}

/** One thing that is wrong here. */
export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly cause: string;
  readonly evidence: readonly string[];
  readonly remedy: readonly string[];
}
