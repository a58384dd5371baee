import { describe, expect, test } from 'vitest';
import {
  badgeOf,
  type CheckResult,
  type ConformanceReport,
  htmlReport,
  junitReport,
  resultText,
  summaryText,
} from '../src/index.ts';

const facts = {
  duration: 12,
  group: 'answers',
  level: 'must',
  needs: 'nothing',
  right: 'END_REQUEST.',
  source: 'FastCGI 1.0 §5.5',
  subject: 'application',
  transcripts: [],
} as const;

const passed: CheckResult = { ...facts, id: 101, outcome: 'passed', title: 'It is answered' };
const failed: CheckResult = {
  ...facts,
  id: 102,
  outcome: 'failed',
  reason: 'It said <b>"no"</b>.',
  title: 'It is & stays',
  transcripts: [['> BEGIN_REQUEST 1', '< STDOUT 1: \u0001']],
};
const skipped: CheckResult = {
  ...facts,
  id: 103,
  outcome: 'skipped',
  reason: 'No route.',
  title: 'It echoes',
};
const known: CheckResult = { ...failed, expected: 'A fault that is known.', id: 104 };
const fixed: CheckResult = { ...passed, expected: 'A fault that is known.', id: 105 };

const report: ConformanceReport = {
  began: '2026-12-01T05:00:00.000Z',
  results: [passed, failed, skipped, known, fixed],
  target: 'unix:/run/app.sock',
  unexpectedFailures: [102],
  unexpectedPasses: [105],
};

test('a failure in text has the reason, what would be right, and the records', () => {
  expect(resultText(failed)).toBe(
    'failed 102 It is & stays (must, FastCGI 1.0 §5.5)\n  It said <b>"no"</b>.\n  right: END_REQUEST.\n    > BEGIN_REQUEST 1\n    < STDOUT 1: \u0001\n',
  );
});

test('the summary says how to repeat what failed, and which expectations are out of date', () => {
  expect(summaryText(report)).toBe(
    '2 passed, 2 failed, 1 skipped\nagain: --only 102\nThese were expected to fail, and pass: 105. Take them out of the list.\n',
  );
});

describe('the JUnit report', () => {
  const xml = junitReport(report);

  test('counts an expected failure as skipped, and an expected one that passes as a failure', () => {
    expect(xml).toContain('tests="5" failures="2" errors="0" skipped="2"');
    expect(xml.match(/<testcase /g)).toHaveLength(5);
    expect(xml.match(/<failure /g)).toHaveLength(2);
  });

  test('has nothing in it that XML does not allow', () => {
    expect(xml).toContain('message="It said &lt;b&gt;&quot;no&quot;&lt;/b&gt;."');
    expect(xml).toContain('< STDOUT'.replace('<', '&lt;'));
    expect(xml).not.toContain('\u0001');
  });
});

test('the page shows the records of failures, escaped', () => {
  const page = htmlReport(report);
  expect(page).toContain('<pre>&gt; BEGIN_REQUEST 1');
  expect(page).toContain('2 passed, 2 failed, 1 skipped');
  expect(page).not.toContain('<b>"no"');
});

test.each([
  [[passed, skipped], 'brightgreen', '1/1'],
  [[passed, failed], 'red', '1/2'],
  [[passed, { ...failed, level: 'hardening' as const }], 'yellow', '1/2'],
])('a badge counts what was not skipped', (results, color, message) => {
  expect(badgeOf({ ...report, results })).toEqual({
    color,
    label: 'FastCGI conformance',
    message,
    schemaVersion: 1,
  });
});
