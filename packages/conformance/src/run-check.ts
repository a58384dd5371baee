import { escapeLogText } from '@fcgi-js/inspector/text';
import { type Check, type CheckFacts, CheckFailure, CheckSkipped } from './check.ts';
import type { CheckResult } from './result.ts';

/** What every session has: connections to show and to close. */
export interface RunSession {
  /** Closes all connections of the check. */
  close(): void;
  transcripts(): string[][];
}

/** What has become of the function of a check. */
type Ending = Pick<CheckResult, 'outcome' | 'reason'>;

/**
 * Runs one check, and never longer than `limit` milliseconds.
 *
 * @throws whatever is a fault of the check itself
 */
export async function runCheck<Session extends RunSession>(
  check: Check<Session>,
  session: Session,
  limit: number,
): Promise<CheckResult> {
  const start = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<Ending>((resolve) => {
    timer = setTimeout(
      () => resolve({ outcome: 'failed', reason: `It was not over after ${limit} ms.` }),
      limit,
    );
  });
  try {
    const ending = await Promise.race([endingOf(check, session), over]);
    const transcripts = ending.outcome === 'failed' ? session.transcripts() : [];
    return { ...factsOf(check), ...ending, duration: Math.round(performance.now() - start), transcripts };
  } finally {
    clearTimeout(timer);
    session.close();
  }
}

async function endingOf<Session extends RunSession>(
  check: Check<Session>,
  session: Session,
): Promise<Ending> {
  try {
    await check.run(session);
    return { outcome: 'passed' };
  } catch (error) {
    if (error instanceof CheckSkipped) return { outcome: 'skipped', reason: escapeLogText(error.message) };
    if (error instanceof CheckFailure) return { outcome: 'failed', reason: escapeLogText(error.message) };
    throw error;
  }
}

/** A check without its function. */
export function factsOf({ group, id, level, needs, right, source, subject, title }: CheckFacts): CheckFacts {
  return { group, id, level, needs, right, source, subject, title };
}
