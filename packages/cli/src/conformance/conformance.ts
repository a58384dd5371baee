import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  badgeOf,
  type CheckLevel,
  ConformanceError,
  type ConformanceOptions,
  type ConformanceReport,
  checkLine,
  checks,
  htmlReport,
  junitReport,
  readExpectedFailures,
  resultText,
  runConformance,
  summaryText,
} from '@fcgi-js/conformance';
import { jsonText } from '@fcgi-js/inspector/text';
import { defined, type Io } from '@fcgi-js/runner/command';
import { CommandFailure, ExitStatus, usageFailure } from '../command-failure.ts';
import { progressLine } from '../doctor/progress-line.ts';

/** What {@link conformance} is asked for. */
export interface ConformanceRequest {
  readonly badge?: string;
  readonly expectedFailures?: string;
  readonly html?: string;
  readonly json?: true;
  readonly junit?: string;
  readonly level: CheckLevel;
  /** Print the checks, and run none. */
  readonly list?: true;
  readonly only?: readonly number[];
  readonly param: Readonly<Record<string, string>>;
  readonly spawn?: string;
  /** Seconds to wait for anything new. */
  readonly timeout: number;
  readonly url?: string;
  readonly verbose?: true;
  readonly webServer?: string;
}

/**
 * Runs the checks, and prints what fails.
 *
 * @param address where the application listens; without one, `spawn` starts it
 * @throws CommandFailure where a check fails unexpectedly, or the command line makes no sense
 */
export async function conformance(
  io: Io,
  address: string | undefined,
  request: ConformanceRequest,
): Promise<void> {
  if (request.list) return void list(io, request);
  const report = await runTo(io, await optionsOf(io, address, request), request);
  if (request.json) io.stdout.write(`${jsonText(report)}\n`);
  else io.stdout.write(summaryText(report));
  await writeReports(io, report, request);
  if (report.unexpectedFailures.length + report.unexpectedPasses.length > 0) {
    throw new CommandFailure('', ExitStatus.failed);
  }
}

function list(io: Io, { json }: ConformanceRequest): void {
  io.stdout.write(json ? `${jsonText(checks)}\n` : checks.map((check) => `${checkLine(check)}\n`).join(''));
}

async function optionsOf(
  io: Io,
  address: string | undefined,
  request: ConformanceRequest,
): Promise<ConformanceOptions> {
  const { level, only, param: params, timeout } = request;
  return {
    ...defined({ only }),
    expectedFailures: await expectedFailures(io, request.expectedFailures),
    level,
    params,
    signal: io.interrupted,
    target: targetOf(address, request),
    timeout: timeout * 1_000,
  };
}

function targetOf(
  address: string | undefined,
  { spawn, url, webServer }: ConformanceRequest,
): ConformanceOptions['target'] {
  const named = [address, spawn, webServer].filter((each) => each !== undefined);
  if (named.length !== 1 || (webServer === undefined) !== (url === undefined)) {
    throw usageFailure(
      'Name an address, or --spawn COMMAND, or --web-server COMMAND with --url.\nTry: fcgi conformance --help',
    );
  }
  if (address !== undefined) return { address };
  if (spawn !== undefined) return { spawn };
  return { url: url ?? '', webServer: webServer ?? '' };
}

async function expectedFailures(
  io: Io,
  file: string | undefined,
): Promise<ReturnType<typeof readExpectedFailures>> {
  if (file === undefined) return [];
  try {
    return readExpectedFailures(await readFile(resolve(io.cwd, file), 'utf8'));
  } catch (error) {
    throw error instanceof Error ? usageFailure(error.message) : error;
  }
}

async function runTo(
  io: Io,
  options: ConformanceOptions,
  { json, verbose }: ConformanceRequest,
): Promise<ConformanceReport> {
  const progress = progressLine(io.stderr);
  try {
    const report = await runConformance({
      ...options,
      onCheck: (check) => progress.show(checkLine(check)),
      onResult: (result) => {
        if (json || (result.outcome !== 'failed' && !verbose)) return;
        progress.clear();
        io.stdout.write(resultText(result));
      },
    });
    io.interrupted.throwIfAborted();
    return report;
  } catch (error) {
    throw error instanceof ConformanceError ? usageFailure(error.message) : error;
  } finally {
    progress.clear();
  }
}

async function writeReports(
  { cwd }: Io,
  report: ConformanceReport,
  { badge, html, junit }: ConformanceRequest,
): Promise<void> {
  if (junit !== undefined) await writeFile(resolve(cwd, junit), junitReport(report));
  if (html !== undefined) await writeFile(resolve(cwd, html), htmlReport(report));
  if (badge !== undefined) await writeFile(resolve(cwd, badge), `${jsonText(badgeOf(report))}\n`);
}
