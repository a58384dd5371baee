import type { Finding } from '@fcgi-js/doctor';
import { expect } from 'vitest';
import { runMain } from '../../support/test-io.ts';

/** Runs the command and reads what it prints for programs. */
export async function examine(
  argv: readonly string[],
): Promise<{ readonly findings: readonly Finding[]; readonly looked: readonly string[] }> {
  const outcome = await runMain(['doctor', ...argv, '--json']);
  expect(outcome.stderr).toBe('');
  const examined = JSON.parse(outcome.stdout) as Awaited<ReturnType<typeof examine>>;
  expect(outcome.status).toBe(examined.findings.length > 0 ? 1 : 0);
  return examined;
}

/** Expects that one cause is found, and no other, with evidence and a remedy that both hold a word. */
export async function expectFinding(
  id: string,
  argv: readonly string[],
  expected: { readonly evidence: string; readonly remedy: string },
): Promise<void> {
  const { findings } = await examine(argv);
  expect(findings.map((finding) => finding.id)).toEqual([id]);
  expect(findings[0]?.evidence.join('\n')).toMatch(expected.evidence);
  expect(findings[0]?.remedy.join('\n')).toMatch(expected.remedy);
}
