import { invalidExpectation } from './errors.ts';

/** A check that is known to fail. */
export interface ExpectedFailure {
  readonly id: number;
  /** Why that is accepted, for those who read the list. */
  readonly reason: string;
}

/**
 * Reads a list of expected failures: one line each, the number of the check, a blank and the reason. Empty lines and lines
 * that begin with `#` are left out.
 *
 * @throws ConformanceError (`FCGI_EXPECTATION_INVALID`) where a line has no number or no reason, or a number comes twice
 */
export function readExpectedFailures(text: string): ExpectedFailure[] {
  const failures: ExpectedFailure[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, digits, reason] = /^(\d{1,6})\s+(\S.*)$/.exec(content) ?? [];
    if (digits === undefined || reason === undefined) {
      throw invalidExpectation(index + 1, 'Write the number of a check, a blank and the reason.');
    }
    const id = Number(digits);
    if (failures.some((each) => each.id === id))
      throw invalidExpectation(index + 1, `Check ${id} stands there twice.`);
    failures.push({ id, reason });
  }
  return failures;
}
