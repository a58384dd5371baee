import type { CheckFacts } from '../check.ts';
import type { CheckResult, ConformanceReport } from '../result.ts';

/** A check in one line. */
export function checkLine({ id, level, source, title }: CheckFacts): string {
  return `${id} ${title} (${level}, ${source})`;
}

/** A result for people: one line, and of a failure why, what would be right, and the records that passed. */
export function resultText(result: CheckResult): string {
  const { expected, outcome, reason, right, transcripts } = result;
  const line = `${outcome} ${checkLine(result)}`;
  if (outcome === 'passed') {
    return expected === undefined ? `${line}\n` : `${line}\n  It was expected to fail: ${expected}\n`;
  }
  if (outcome === 'skipped') return `${line}\n  ${reason}\n`;
  if (expected !== undefined) return `${line}\n  ${reason}\n  expected: ${expected}\n`;
  const records = transcripts.map((lines) => lines.map((each) => `    ${each}\n`).join('')).join('\n');
  return `${line}\n  ${reason}\n  right: ${right}\n${records}`;
}

/** How a run ended, in a few lines. */
export function summaryText({ results, unexpectedFailures, unexpectedPasses }: ConformanceReport): string {
  const count = (outcome: CheckResult['outcome']) =>
    results.filter((each) => each.outcome === outcome).length;
  const lines = [`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`];
  if (unexpectedFailures.length > 0) lines.push(`again: --only ${unexpectedFailures.join(',')}`);
  if (unexpectedPasses.length > 0) {
    lines.push(
      `These were expected to fail, and pass: ${unexpectedPasses.join(', ')}. Take them out of the list.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
