import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { escapeLogText } from '@fcgi-js/client';
import {
  DoctorError,
  type Facts,
  findingsOf,
  gatherFacts,
  lookedAt,
  reportText,
  type WebServerName,
} from '@fcgi-js/doctor';
import { secrecyOf, withEnvironments } from '@fcgi-js/inspector';
import { jsonText } from '@fcgi-js/inspector/text';
import { colorsOf, defined, type Io } from '@fcgi-js/runner/command';
import { CommandFailure, ExitStatus, usageFailure } from '../command-failure.ts';
import { progressLine } from './progress-line.ts';

/** What {@link doctor} is asked for. */
export interface DoctorRequest {
  readonly config?: string;
  /** Variables that the web server gives to the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly json?: true;
  readonly log?: string;
  readonly showSecrets?: true;
  /** Seconds to start, and to answer. */
  readonly timeout: number;
  readonly url: string;
  readonly user?: string;
  readonly webServer?: WebServerName;
}

const COLUMNS = 100;

/**
 * Looks for what is wrong with a deployment, and prints it.
 *
 * @param target a program or an address; without one, what the configuration names
 * @throws CommandFailure where something was found, or the command line makes no sense
 */
export async function doctor(io: Io, target: string | undefined, request: DoctorRequest): Promise<void> {
  const facts = await factsOf(io, target, request);
  const secrecy = withEnvironments(secrecyOf(request), io.env, request.env);
  const findings = findingsOf(facts).map((finding) => ({
    ...finding,
    evidence: finding.evidence.map((text) => oneLine(secrecy.text(text))),
  }));
  const looked = lookedAt(facts).map((text) => oneLine(secrecy.text(text)));
  io.stdout.write(
    request.json
      ? `${jsonText({ findings, looked })}\n`
      : reportText(findings, looked, io.stdout.columns ?? COLUMNS, colorsOf(io.stdout, io.env)),
  );
  if (findings.length > 0) throw new CommandFailure('', ExitStatus.failed);
}

async function factsOf(io: Io, target: string | undefined, request: DoctorRequest): Promise<Facts[]> {
  const { config: configuration, env, log, timeout, url, user, webServer } = request;
  const progress = progressLine(io.stderr);
  try {
    return await gatherFacts({
      ...defined({ configuration, log, target, user, webServer }),
      callersEnvironment: io.env,
      cwd: io.cwd,
      environment: env,
      moduleCommand: [process.execPath, fcgiCommand(), 'run'],
      onStep: (step) => progress.show(oneLine(step)),
      signal: io.interrupted,
      timeout: timeout * 1_000,
      url,
    });
  } catch (error) {
    throw error instanceof DoctorError ? usageFailure(messageOf(error)) : error;
  } finally {
    progress.clear();
  }
}

/** With the options that mend it. */
function messageOf({ code, message }: DoctorError): string {
  if (code === 'FCGI_TARGET_MISSING') {
    return 'Name a program or an address, or --config or --log.\nTry: fcgi doctor --help';
  }
  if (code === 'FCGI_WEB_SERVER_UNKNOWN') return `${message.slice(0, -1)}; say --web-server NAME.`;
  return message;
}

/** The file of this command, wherever its package is. */
function fcgiCommand(): string {
  const manifest = createRequire(import.meta.url).resolve('@fcgi-js/cli/package.json');
  return join(dirname(manifest), 'dist/bin/fcgi.js');
}

/** Control characters from outside become visible; a backslash stays one. */
function oneLine(text: string): string {
  return escapeLogText(text).replaceAll('\\\\', '\\');
}
