/** Which way bytes go. */
export type Direction = 'from-application' | 'to-application';

/** Something about a stream of records that is worth telling. */
export interface Finding {
  /** `'error'`: a rule is broken. `'notice'`: it is allowed, but unusual, or some implementation stumbles over it. */
  readonly level: 'error' | 'notice';
  /** One sentence. */
  readonly message: string;
  /** Position of the byte that it is about. */
  readonly offset: number;
  /** Where the rule stands, for example `FastCGI 1.0 §3.3`. */
  readonly rule?: string;
}

/** Takes findings of one record; `place` counts from the first byte of its header. */
export type Report = (level: Finding['level'], message: string, section?: string, place?: number) => void;
