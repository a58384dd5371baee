import { escapeLogText } from '@fcgi-js/client';
import { secrecyOf, withEnvironments } from '@fcgi-js/inspector';
import { CommandFailure, ExitStatus, usageFailure } from '../command-failure.ts';
import { colorsOf, type Io } from '../io.ts';
import { jsonText } from '../shown-text.ts';
import type { Account } from './access.ts';
import type { Finding } from './cause.ts';
import { type Subject, subjectOf, subjectsOf } from './deployment.ts';
import type { Facts } from './facts.ts';
import { callersAccount, findAccount, usualAccount } from './gather/account.ts';
import { type Configuration, guessWebServer, readConfiguration } from './gather/configuration.ts';
import { readLog } from './gather/log.ts';
import { readNamedFile } from './gather/read-file.ts';
import { webServerVersion } from './gather/web-server-version.ts';
import { type Examination, type Given, gather } from './gather.ts';
import { judge } from './judge.ts';
import { lookedAt, reportText } from './report.ts';
import type { WebServerName } from './web-server-names.ts';

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

/** What a system service has for PATH. */
const SERVICE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const COLUMNS = 100;

/**
 * Looks for what is wrong with a deployment, and prints it: facts are gathered, then judged, then told.
 *
 * @param target a program or an address; without one, what the configuration names
 * @throws CommandFailure where something was found, or the command line makes no sense
 */
export async function doctor(io: Io, target: string | undefined, request: DoctorRequest): Promise<void> {
  if (target === undefined && request.config === undefined && request.log === undefined) {
    throw usageFailure('Name a program or an address, or --config or --log.\nTry: fcgi doctor --help');
  }
  const given = await readGiven(request);
  const subjects = await chooseSubjects(io, target, given.configuration);
  const examination = examinationFor(io, request);
  const all: Facts[] = [];
  for (const subject of subjects) all.push(await gather(subject, given, examination));
  if (all.length === 0) all.push(given);

  const secrecy = withEnvironments(secrecyOf(request), io.env, request.env);
  const findings = merge(all.flatMap(judge)).map((finding) => ({
    ...finding,
    evidence: finding.evidence.map((text) => oneLine(secrecy.text(text))),
  }));
  const looked = [...new Set(all.flatMap(lookedAt))].map((text) => oneLine(secrecy.text(text)));
  io.stdout.write(
    request.json
      ? `${jsonText({ findings, looked })}\n`
      : reportText(findings, looked, io.stdout.columns ?? COLUMNS, colorsOf(io.stdout, io.env)),
  );
  if (findings.length > 0) throw new CommandFailure('', ExitStatus.failed);
}

async function readGiven({ config, log, user, webServer }: DoctorRequest): Promise<Given> {
  const configuration = config === undefined ? undefined : await readProduct(config, webServer);
  const version = configuration === undefined ? undefined : await webServerVersion(configuration.product);
  return {
    user: chooseUser(user ?? configuration?.user),
    ...(configuration === undefined ? {} : { configuration }),
    ...(log === undefined ? {} : { log: await readLog(log) }),
    ...(version === undefined ? {} : { webServerVersion: version }),
  };
}

async function readProduct(file: string, named: WebServerName | undefined): Promise<Configuration> {
  const product = named ?? guessWebServer(file, await readNamedFile(file));
  if (product === undefined) {
    throw usageFailure(`${file} does not tell which web server it is for; say --web-server NAME.`);
  }
  return readConfiguration(product, file);
}

/** Only root can do what others may do; for others it is as if they were the web server, as with suexec. */
function chooseUser(named: string | undefined): Account {
  if (named !== undefined) return findAccount(named);
  const caller = callersAccount();
  return caller.uid === 0 ? (usualAccount() ?? caller) : caller;
}

async function chooseSubjects(
  io: Io,
  target: string | undefined,
  configuration: Configuration | undefined,
): Promise<Subject[]> {
  if (target === undefined) return configuration === undefined ? [] : subjectsOf(configuration);
  try {
    return [await subjectOf(target, io.cwd)];
  } catch (error) {
    throw error instanceof TypeError ? usageFailure(error.message) : error;
  }
}

function examinationFor(io: Io, { env, timeout, url }: DoctorRequest): Examination {
  const callers = Object.entries(io.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    callersEnvironment: Object.fromEntries(callers),
    environment: { PATH: SERVICE_PATH, ...env },
    isRoot: process.getuid?.() === 0,
    question: { interrupted: io.interrupted, timeout: timeout * 1_000, url },
  };
}

/** The same cause at several places is one finding. */
function merge(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const evidence = [...(merged.get(finding.id)?.evidence ?? []), ...finding.evidence];
    merged.set(finding.id, { ...finding, evidence: [...new Set(evidence)] });
  }
  return [...merged.values()];
}

/** Control characters from outside become visible; a backslash stays one. */
function oneLine(text: string): string {
  return escapeLogText(text).replaceAll('\\\\', '\\');
}
