/**
 * How binding a check is. `'must'`: the specification demands it. `'should'`: it recommends it, or a peer that keeps to it
 * cannot work otherwise. `'hardening'`: an attack or a fault of the peer, after which a normal request is answered as before.
 */
export type CheckLevel = 'must' | 'should' | 'hardening';

/** What a check needs of an application: `'nothing'`, any answer will do; `'probe'`, the routes of the probe contract. */
export type CheckNeeds = 'nothing' | 'probe';

/** The side that a check examines. */
export type CheckSubject = 'application' | 'web-server';

/** What is known of a check before it runs. */
export interface CheckFacts {
  /** Checks of one group share connections to nothing: each can be repeated alone. */
  readonly group: string;
  /** Its number; never used again for another check. */
  readonly id: number;
  readonly level: CheckLevel;
  readonly needs: CheckNeeds;
  /** What right would be. */
  readonly right: string;
  /** Section of the specification or of RFC 3875, or the name of the attack. */
  readonly source: string;
  readonly subject: CheckSubject;
  readonly title: string;
}

/** A check whose examined side is reached through a `Session`. */
export interface Check<Session> extends CheckFacts {
  /**
   * Resolves where everything is right.
   *
   * @throws CheckFailure where it is not, CheckSkipped where that cannot be found out
   */
  run(session: Session): Promise<void>;
}

/** What the examined side did wrong, in a sentence. */
export class CheckFailure extends Error {}

/** Why a check cannot be run here, in a sentence. */
export class CheckSkipped extends Error {}

/** Ends a check: the examined side did something wrong. */
export function fail(reason: string): never {
  throw new CheckFailure(reason);
}

/** Ends a check that cannot be run here. */
export function skip(reason: string): never {
  throw new CheckSkipped(reason);
}

/** Fails unless `condition` holds. */
export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) fail(otherwise);
}

/** A line in a list of checks. */
export type CheckLine<Session> = readonly [
  id: number,
  level: CheckLevel,
  source: string,
  title: string,
  right: string,
  run: (session: Session) => Promise<void>,
];

/** The checks of one group. */
export function checkGroup<Session>(
  facts: Pick<CheckFacts, 'group' | 'needs' | 'subject'>,
  lines: ReadonlyArray<CheckLine<Session>>,
): ReadonlyArray<Check<Session>> {
  return lines.map(([id, level, source, title, right, run]) => ({
    ...facts,
    id,
    level,
    right,
    run,
    source,
    title,
  }));
}
