import { closeSync, constants, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { RunnerError } from '../errors.ts';
import { openFile } from '../files/open-file.ts';
import { systemReason } from '../system-reason.ts';
import type { Identity } from './identity.ts';
import { INHERITANCE_VARIABLE } from './inheritance.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What stays of a clean environment: what programs need to find their way, and what says how they are served. */
const KEPT = /^(?:FCGI_WEB_SERVER_ADDRS|HOME|LANG|LC_\w+|LISTEN_\w+|LOGNAME|NODE_\w+|PATH|TMPDIR|TZ|USER)$/;

/**
 * What systemd, or the runner before this one, tells this process, and not the application, which would tell systemd that it were
 * ready itself.
 */
const OWN = new Set([INHERITANCE_VARIABLE, 'NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC']);

/**
 * The environment of the application, without what {@link readEnvFiles} adds.
 *
 * @param given that of this process
 * @param isClean whether only what is needed stays
 * @param identity whose home and names count
 */
export function inheritedEnvironment(
  given: Environment,
  isClean: boolean,
  identity: Identity | undefined,
): Record<string, string> {
  const entries = Object.entries(given).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !OWN.has(entry[0]) && (!isClean || KEPT.test(entry[0])),
  );
  return { ...Object.fromEntries(entries), ...variablesOf(identity), ...WITHOUT_CACHE };
}

/** For workers with `--import tsx` of this process, too, which load it before {@link importTsx}. */
const WITHOUT_CACHE = { TSX_DISABLE_CACHE: '1' };

function variablesOf(identity: Identity | undefined): Record<string, string> {
  if (identity?.name === undefined) return {};
  const { home = '/', name } = identity;
  return { HOME: home, LOGNAME: name, USER: name };
}

/**
 * Reads files of lines `NAME=value`. As with `node --env-file`, a later file counts more than an earlier one.
 *
 * @param user that the application runs as: root reads a file that this user can replace only where it is a file of theirs
 * @throws RunnerError where one cannot be read
 */
export function readEnvFiles(files: readonly string[], user?: number): Record<string, string> {
  return Object.assign({}, ...files.map((file) => readEnvFile(file, user)));
}

function readEnvFile(file: string, user: number | undefined): Environment {
  try {
    const fd = openFile(file, constants.O_RDONLY, { user });
    try {
      // Some editors put a byte order mark at the beginning, which would become a part of the first name.
      return parseEnv(readFileSync(fd, 'utf8').replace(/^\uFEFF/, ''));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new RunnerError(
      'FCGI_FILE_UNUSABLE',
      `The file of --environment-file cannot be read: ${systemReason(error)} (${file})`,
    );
  }
}

/** Gives this process another environment. */
export function replaceEnvironment(environment: Environment): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
}
