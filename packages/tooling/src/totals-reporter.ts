import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestCollection, TestModule, TestSuite, Vitest } from 'vitest/node';

/** How many tests ended how, over all suites. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** One test, hook or file that failed, with the first line of each of its errors. */
export interface Failure {
  name: string;
  messages: string[];
}

/** What the file that FCGI_JS_TOTALS names holds after a run. */
export interface RunTotals extends Totals {
  /** The test files in which something failed, each with its part of the numbers above. */
  failing: Array<{ file: string; totals: Totals; failures: Failure[] }>;
  /** Errors that no test caught, each with its first line. Part of `failed`. */
  unhandled: string[];
  /** How many tests each file has, skipped ones included, and how long it took, loading it included. */
  durations: Array<{ file: string; tests: number; seconds: number }>;
}

/**
 * Says at the very end what was skipped and why, what failed and why, then `N passed, N failed, N skipped`. With
 * FCGI_JS_TOTALS the numbers go into that file instead: the program that runs vitest prints them when it has nothing
 * else to say.
 */
export default class TotalsReporter implements Reporter {
  #filtered = false;
  #report: { totals: RunTotals; lines: string[] } | undefined;

  onInit(vitest: Vitest): void {
    // Under `-t` everything else is skipped, which is no news.
    this.#filtered = vitest.config.testNamePattern !== undefined;
    // At exit, so that it comes after the last line of every other reporter.
    process.once('exit', () => this.#print());
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const totals: RunTotals = {
      passed: 0,
      failed: errors.length,
      skipped: 0,
      failing: [],
      unhandled: errors.map((error) => firstLine(messageOf(error))),
      durations: [],
    };
    for (const module of modules) {
      const own = count(module);
      totals.passed += own.passed;
      totals.failed += own.failed;
      totals.skipped += own.skipped;
      const { collectDuration, duration } = module.diagnostic();
      const tests = [...module.children.allTests()].length;
      totals.durations.push({ file: module.moduleId, tests, seconds: (collectDuration + duration) / 1000 });
      if (own.failed > 0)
        totals.failing.push({ file: module.moduleId, totals: own, failures: failuresOf(module) });
    }
    const skips = this.#filtered ? [] : modules.flatMap((module) => [...skipLines(module.children)]);
    // The failures last: of a long output, the end is what people see.
    this.#report = { totals, lines: [...skips, ...modules.flatMap(failureLines)] };
  }

  #print(): void {
    if (this.#report === undefined) return;
    const { totals, lines } = this.#report;
    for (const line of lines) console.log(line);
    const file = process.env['FCGI_JS_TOTALS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(totals));
    else console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  }
}

function count(module: TestModule): Totals {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') totals.passed += 1;
    else if (state === 'skipped' && !wasCutOff(test)) totals.skipped += 1;
    else totals.failed += 1;
  }
  // A file that does not load and a hook that throws are failures of their own, and no test may show them.
  for (const suite of [module, ...module.children.allSuites()]) {
    if (suite.errors().length > 0) totals.failed += 1;
  }
  return totals;
}

/** A failed hook leaves the tests behind it marked as skipped, though they were not meant to be skipped. */
function wasCutOff(test: TestCase): boolean {
  if (test.options.mode !== 'run') return false;
  let suite: TestSuite | TestModule = test.parent;
  while (suite.type === 'suite' && suite.errors().length === 0) suite = suite.parent;
  return suite.errors().length > 0;
}

interface FailedTask {
  name: string;
  errors: ReadonlyArray<{ message: string }>;
}

function failedTasks(module: TestModule): FailedTask[] {
  const suites = [module, ...module.children.allSuites()].map((suite) => ({
    name: suite.type === 'suite' ? suite.fullName : 'the file itself',
    errors: suite.errors(),
  }));
  const tests = [...module.children.allTests('failed')].map((test) => ({
    name: test.fullName,
    errors: test.result().errors ?? [],
  }));
  return [...suites.filter(({ errors }) => errors.length > 0), ...tests];
}

function failureLines(module: TestModule): string[] {
  return failedTasks(module).flatMap(({ name, errors }) =>
    errors.map(({ message }) => `failed: ${name} (${module.relativeModuleId}): ${message}`),
  );
}

function failuresOf(module: TestModule): Failure[] {
  return failedTasks(module).map(({ name, errors }) => ({
    name,
    messages: errors.map(({ message }) => firstLine(message)),
  }));
}

const messageOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

/** The first line with something in it. Colours are for terminals. */
function firstLine(message: string): string {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines.find((line) => line.trim() !== '')?.trim() ?? 'no message';
}

function* skipLines(collection: TestCollection): Generator<string> {
  for (const child of collection) {
    if (child.type === 'suite') {
      if (child.options.mode === 'skip') yield `skipped: ${child.fullName} (${testCount(child)} tests)`;
      else yield* skipLines(child.children);
      continue;
    }
    const result = child.result();
    if (result.state === 'skipped' && !wasCutOff(child)) {
      yield `skipped: ${child.fullName}${result.note === undefined ? '' : ` (${result.note})`}`;
    }
  }
}

function testCount(suite: TestSuite): number {
  return [...suite.children.allTests()].length;
}
