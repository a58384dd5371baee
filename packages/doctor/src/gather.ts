import { dirname } from 'node:path';
import { programFile } from './causes/program-file.ts';
import type { Facts, TrialSetting } from './facts.ts';
import { lookUpOwner } from './gather/account.ts';
import type { Configuration } from './gather/configuration/configuration.ts';
import { exchange, type Question } from './gather/exchange.ts';
import { canSeeSockets } from './gather/listening-sockets.ts';
import { programFacts } from './gather/program-file.ts';
import { readConfiguration } from './gather/read-configuration.ts';
import { socketFacts } from './gather/socket.ts';
import { tryToStart } from './gather/start.ts';
import type { Subject } from './subject.ts';
import { type Account, fileOf } from './system/access.ts';

/** How a deployment is looked at. */
export interface Examination {
  readonly callersEnvironment: Readonly<Record<string, string>>;
  /** The environment that the web server gives. */
  readonly environment: Readonly<Record<string, string>>;
  /** What serves a module, with the path of the module after it; `undefined` for nothing. */
  readonly moduleCommand: readonly string[] | undefined;
  readonly question: Question;
  /** Whether programs can be started as another user. */
  readonly isRoot: boolean;
}

/** What is known before one looks. */
export type Given = Pick<Facts, 'configuration' | 'log' | 'user' | 'webServerVersion'>;

/** These start programs in the folder of the program; others in one of their own. */
const STARTS_IN_ITS_FOLDER = ['apache', 'lighttpd'];

/** Gathers what there is to know about one subject. */
export async function gather(subject: Subject, given: Given, examination: Examination): Promise<Facts> {
  if (subject.kind === 'program') return gatherProgram(subject, given, examination);
  const { address } = subject;
  const facts = {
    ...given,
    address,
    ...(address.startsWith('unix:') ? { socket: await socketFacts(address.slice('unix:'.length)) } : {}),
  };
  examination.question.onStep(`sends a request to ${address}`);
  return { ...facts, answer: await exchange(address, examination.question) };
}

async function gatherProgram(
  { isStartedAsIs, path }: Extract<Subject, { kind: 'program' }>,
  given: Given,
  examination: Examination,
): Promise<Facts> {
  const { callersEnvironment, environment, isRoot, moduleCommand, question } = examination;
  const seen = await programFacts(path, given.user, {
    callers: callersEnvironment['PATH'] ?? '',
    webServers: environment['PATH'] ?? '',
  });
  const program = seen.kind === 'module' && isStartedAsIs ? { ...seen, kind: 'script' as const } : seen;
  const configuration = await withHtaccess(given.configuration, program.htaccess);
  const facts = { ...given, program, ...(configuration === undefined ? {} : { configuration }) };
  // What the system cannot start need not be tried.
  const isStartable = programFile.causes.every((cause) => cause.evidence(facts).length === 0);
  const command = program.kind === 'module' ? moduleCommand : [];
  if (!isStartable || command === undefined || !canSeeSockets()) return facts;
  const owner = isRoot ? ownerOf(program.entries) : undefined;
  const setting: TrialSetting = {
    command: [...command, path],
    environment,
    folder: folderFor(path, given.configuration),
    ...(isRoot ? { user: given.user } : {}),
  };
  const alternatives = { environment: callersEnvironment, ...(owner === undefined ? {} : { owner }) };
  const start = await tryToStart(setting, question, program, alternatives);
  // A problem that only the setting causes is reported as one of the setting.
  const answer = start.worksWith === undefined ? start.trial.exchange : undefined;
  return { ...facts, start, ...(answer === undefined ? {} : { answer }) };
}

/** What Apache's configuration is together with a `.htaccess`, unless that was named itself. */
async function withHtaccess(
  configuration: Configuration | undefined,
  htaccess: string | undefined,
): Promise<Configuration | undefined> {
  if (configuration?.product !== 'apache' || htaccess === undefined) return configuration;
  if (configuration.files.includes(htaccess) || isHtaccessIgnored(configuration)) return configuration;
  const { directives, files } = await readConfiguration('apache', htaccess);
  return {
    ...configuration,
    directives: [...configuration.directives, ...directives],
    files: [...configuration.files, ...files],
  };
}

function isHtaccessIgnored({ directives }: Configuration): boolean {
  const overrides = directives.filter(({ name }) => name.toLowerCase() === 'allowoverride');
  return overrides.length > 0 && overrides.every(({ args }) => /^none$/i.test(args[0] ?? ''));
}

function folderFor(path: string, configuration: Configuration | undefined): string {
  return STARTS_IN_ITS_FOLDER.includes(configuration?.product ?? '') ? dirname(path) : '/';
}

function ownerOf(entries: Parameters<typeof fileOf>[0]): Account | undefined {
  const file = fileOf(entries);
  return file === undefined ? undefined : lookUpOwner(file.uid);
}
