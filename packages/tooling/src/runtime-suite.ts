import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './workspace.mjs';

/** What came of one run of a package's tests. */
export interface SuiteResult {
  readonly failed: number;
  readonly passed: number;
  readonly skipped: number;
  /** What failed, and why. */
  readonly failures: readonly string[];
}

export interface Suite {
  /** The program that runs vitest, and what comes before the path of vitest. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Below the root: `packages/protocol`. */
  readonly folder: string;
  /** What the tests must find themselves in, as `runtime-setup.ts` tells it: `node 22.23.3`, `chromium`. */
  readonly runtime: string;
  /** The path of Chromium, where the tests run in it rather than in the program that runs vitest. */
  readonly chromium?: string;
}

/**
 * Runs a package's tests once, with vitest, in some runtime.
 *
 * @throws Error where vitest did not get as far as a report; with all that it printed
 */
export async function runSuite({ command, folder, runtime, chromium = '' }: Suite): Promise<SuiteResult> {
  const [program, ...args] = command;
  const reports = mkdtempSync(join(tmpdir(), 'fcgi-js-runtime-'));
  const report = join(reports, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const config = join(root, 'packages/tooling/src/runtime-suite.config.ts');
  try {
    const { output } = await run(
      program,
      [...args, vitest, 'run', '--config', config, '--reporter=json', `--outputFile=${report}`],
      { FCGI_JS_FOLDER: join(root, folder), FCGI_JS_RUNTIME: runtime, FCGI_JS_CHROMIUM: chromium },
    );
    return readReport(report, output);
  } finally {
    rmSync(reports, { recursive: true });
  }
}

async function run(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { output: stdout + stderr };
  } catch (error) {
    // Failed tests end it with another code than 0; the report has them.
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string };
    return { output: `${message}\n${stdout}${stderr}` };
  }
}

/** The part of vitest's JSON report that is of use here. */
interface Report {
  readonly numFailedTests: number;
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly failureMessages: readonly string[];
      readonly fullName: string;
      readonly status: string;
    }[];
    readonly message: string;
    readonly name: string;
  }[];
}

function readReport(path: string, output: string): SuiteResult {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    throw new Error(`vitest ended without a report:\n${output}`);
  }
  const failures = report.testResults.flatMap(({ assertionResults, message, name }) => [
    // A file that does not load has no tests, only a message.
    ...(assertionResults.length === 0 ? [`${name}: ${message}`] : []),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ failureMessages, fullName }) => `${fullName}: ${failureMessages.join('\n')}`),
  ]);
  if (!report.success && failures.length === 0) failures.push(output);
  return {
    failed: Math.max(report.numFailedTests, failures.length),
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}
