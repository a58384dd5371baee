import { test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';

/** Whether tests are to be skipped, for `skipIf`; says why. */
export function because(reason: string | undefined): boolean {
  if (reason !== undefined) process.stdout.write(`Tests are skipped: ${reason}\n`);
  return reason !== undefined;
}

/** `test`, or a test that is skipped with the reason in its name where a program is missing (never in CI). */
export function testWith(...programs: Parameters<typeof skipReason>) {
  return test.skipIf(because(skipReason(...programs)));
}
