// What a run of the gates says at its end.

/** @typedef {import('./run-vitest.mjs').FailedFile} FailedFile */
/** @typedef {import('./run-vitest.mjs').TestRun} TestRun */

/** How many of the slowest files are named. */
const SLOWEST = 10;

/** How many lines each list may take: the end of a log has to fit on a screen or two. */
const MOST_LINES = { failed: 40, unsteady: 20 };

/** How long such a line may be: an error may quote a whole document. */
const MOST_CHARACTERS = 240;

/**
 * How much failed. Whatever went wrong outside the tests counts too, so that no failed run reads like a good one.
 * @param {TestRun} run
 */
export const failureCount = ({ failures, totals }) => totals.failed + failures.length;

/**
 * What unsteady files are in a run of some gates: before a release they are failures; for a change, for which continuous
 * integration runs both gates, they are only listed.
 * @param {readonly import('./gates.mjs').Gate[]} gates
 * @param {Pick<TestRun, 'unsteady'>} run
 */
export const unsteadyFailures = (gates, { unsteady }) =>
  gates.includes('test') ? [] : unsteady.map(({ file }) => `unsteady: ${file}`);

/**
 * The slowest files, failed tests, unsteady files, a line for each step; the last line has the numbers.
 * @param {TestRun} run
 * @returns {string[]}
 */
export function reportLines(run) {
  const { durations, failing, failures, steps, totals, unsteady } = run;
  const slowest = [...durations].sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
  return [
    ...section(
      'The slowest files:',
      slowest.map(({ file, seconds }) => `  ${seconds.toFixed(1)} s  ${file}`),
    ),
    ...section('Failed tests:', shortened(fileLines(failing), MOST_LINES.failed)),
    ...section(
      'Unsteady files, which failed among the others and passed by themselves:',
      shortened(fileLines(unsteady), MOST_LINES.unsteady),
    ),
    '',
    ...steps,
    ...failures.map((failure) => `failed: ${failure}`),
    `${totals.passed} passed, ${failureCount(run)} failed, ${totals.skipped} skipped`,
  ];
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
const section = (title, lines) => (lines.length === 0 ? [] : ['', title, ...lines]);

/**
 * Each file, and below it what failed in it.
 * @param {FailedFile[]} files
 */
function fileLines(files) {
  return files.flatMap(({ file, failures }) => [
    `  ${file}`,
    ...failures.map(({ name, messages }) => `    ${name}: ${messages[0] ?? 'no message'}`),
  ]);
}

/**
 * @param {string[]} lines
 * @param {number} most
 */
function shortened(lines, most) {
  const short = lines.map((line) =>
    line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line,
  );
  if (short.length <= most) return short;
  const rest = short.length - (most - 1);
  return [...short.slice(0, most - 1), `  … and ${rest} more lines: search for "failed: " above`];
}
