import type { Reporter, TestModule } from 'vitest/node';

/** Prints one closing line over all suites: `N passed, N failed, N skipped`. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const totals = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        if (state === 'passed') totals.passed += 1;
        else if (state === 'skipped') totals.skipped += 1;
        else totals.failed += 1;
      }
      // A file that does not load has no tests, but it has failed.
      if (module.state() === 'failed' && tests === 0) totals.failed += 1;
    }
    // After the other reporters, so that it is the last line.
    process.on('exit', () => {
      console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
    });
  }
}
