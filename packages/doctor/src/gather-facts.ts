import { checkDeployment, type Deployment } from './deployment.ts';
import { invalidAddress, nothingToExamine, unknownWebServer } from './errors.ts';
import type { Facts } from './facts.ts';
import { callersAccount, findAccount, usualAccount } from './gather/account.ts';
import type { Configuration } from './gather/configuration/configuration.ts';
import { readLog } from './gather/log.ts';
import { guessWebServer, readConfiguration } from './gather/read-configuration.ts';
import { readNamedFile } from './gather/read-file.ts';
import { webServerVersion } from './gather/web-server-version.ts';
import { type Examination, type Given, gather } from './gather.ts';
import { type Subject, subjectOf, subjectsOf } from './subject.ts';
import type { Account } from './system/access.ts';
import type { WebServerName } from './web-server-names.ts';

/** What a system service has for PATH. */
const SERVICE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TIMEOUT = 10_000;

/**
 * Gathers the facts about a deployment, without judging them: it starts programs, sends requests, and looks at permissions,
 * configuration and log. {@link Deployment} says which. Starting programs needs Linux; elsewhere facts about the start are missing.
 *
 * @returns one object for each program or address; one for the log alone where there is none
 * @throws DoctorError where the deployment names what is not there; TypeError where an option is out of range; the reason of `signal`
 */
export async function gatherFacts(deployment: Deployment): Promise<Facts[]> {
  checkDeployment(deployment);
  const { configuration, cwd = process.cwd(), log, target } = deployment;
  if (target === undefined && configuration === undefined && log === undefined) throw nothingToExamine();
  const given = await readGiven(deployment);
  const subjects = await chooseSubjects(target, cwd, given.configuration);
  const examination = examinationFor(deployment);
  const all: Facts[] = [];
  for (const subject of subjects) all.push(await gather(subject, given, examination));
  return all.length === 0 ? [given] : all;
}

async function readGiven({ configuration: file, log, user, webServer }: Deployment): Promise<Given> {
  const configuration = file === undefined ? undefined : await readProduct(file, webServer);
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
  if (product === undefined) throw unknownWebServer(file);
  return readConfiguration(product, file);
}

/** Only root can do what others may do; for others it is as if they were the web server, as with suexec. */
function chooseUser(named: string | undefined): Account {
  if (named !== undefined) return findAccount(named);
  const caller = callersAccount();
  return caller.uid === 0 ? (usualAccount() ?? caller) : caller;
}

async function chooseSubjects(
  target: string | undefined,
  cwd: string,
  configuration: Configuration | undefined,
): Promise<Subject[]> {
  if (target === undefined) return configuration === undefined ? [] : subjectsOf(configuration);
  try {
    return [await subjectOf(target, cwd)];
  } catch (error) {
    throw error instanceof TypeError ? invalidAddress(error) : error;
  }
}

function examinationFor({
  callersEnvironment = process.env,
  environment,
  moduleCommand,
  onStep = () => undefined,
  signal = new AbortController().signal,
  timeout = TIMEOUT,
  url = '/',
}: Deployment): Examination {
  const callers = Object.entries(callersEnvironment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    callersEnvironment: Object.fromEntries(callers),
    environment: { PATH: SERVICE_PATH, ...environment },
    isRoot: process.getuid?.() === 0,
    moduleCommand,
    question: { interrupted: signal, onStep, timeout, url },
  };
}
