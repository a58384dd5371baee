import type { CheckResult, ConformanceReport } from '../result.ts';
import { escapeMarkup } from './escape-markup.ts';

/** The report as JUnit's XML, which continuous integration reads. An expected failure counts as skipped. */
export function junitReport({ began, results, target }: ConformanceReport): string {
  const failures = results.filter(isFailure).length;
  const skipped = results.filter(isSkipped).length;
  const time = results.reduce((sum, { duration }) => sum + duration, 0) / 1_000;
  const suite = `name="${escapeMarkup(target)}" tests="${results.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${time}" timestamp="${began}"`;
  const cases = results.map((result) => {
    const name = escapeMarkup(`${result.id} ${result.title}`);
    const head = `    <testcase classname="${escapeMarkup(result.group)}" name="${name}" time="${result.duration / 1_000}"`;
    const content = contentOf(result);
    return content === '' ? `${head}/>` : `${head}>\n${content}    </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite ${suite}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`;
}

function isFailure({ expected, outcome }: CheckResult): boolean {
  return (outcome === 'failed') === (expected === undefined) && outcome !== 'skipped';
}

function isSkipped({ expected, outcome }: CheckResult): boolean {
  return outcome === 'skipped' || (outcome === 'failed' && expected !== undefined);
}

function contentOf(result: CheckResult): string {
  const { expected, outcome, reason = '', right, source, transcripts } = result;
  if (outcome === 'passed' && expected === undefined) return '';
  if (outcome === 'passed') return '      <failure message="It was expected to fail, and has passed."/>\n';
  if (isSkipped(result)) return `      <skipped message="${escapeMarkup(expected ?? reason)}"/>\n`;
  const records = transcripts.map((lines) => lines.join('\n')).join('\n\n');
  const text = escapeMarkup(`${source}\nRight: ${right}\n\n${records}`);
  return `      <failure message="${escapeMarkup(reason)}">${text}</failure>\n`;
}
