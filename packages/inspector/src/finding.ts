/** Which way bytes go: the web server sends `'to-application'`, the application answers `'from-application'`. */
export type Direction = 'from-application' | 'to-application';

/** One thing that the specification forbids, or that some implementation cannot read. */
export interface Finding {
  /** `'error'`: a rule is broken. `'notice'`: allowed, but unusual, or known to fail with some implementation. */
  readonly level: 'error' | 'notice';
  /** One sentence for people. Its wording may change between versions. Not escaped: it may hold bytes of the peer. */
  readonly message: string;
  /** Position of the byte in question, counted from the first byte of its direction. */
  readonly offset: number;
  /** The section of the specification, such as `FastCGI 1.0 §3.3`; `undefined` where no section has a rule. */
  readonly rule?: string;
}

/** Takes findings of one record; `place` counts from the first byte of its header. */
export type Report = (level: Finding['level'], message: string, section?: string, place?: number) => void;
