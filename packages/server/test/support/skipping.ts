import { test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';

/** `test`, or a test that is skipped with the reason in its name where a program is missing (never in CI). */
export function testWith(...programs: Parameters<typeof skipReason>) {
  const reason = skipReason(...programs);
  if (reason !== undefined) process.stdout.write(`Tests are skipped: ${reason}\n`);
  return test.skipIf(reason !== undefined);
}
