import { checkAccount, checkNames, checkPath } from './checks.ts';
import { ConfigError } from './errors.ts';
import type { ApplicationOptions, Refusals } from './options.ts';
import { checkPrintable } from './quote.ts';

/** An application to be started, checked. */
export interface Application {
  readonly arguments: readonly string[];
  readonly environment: ReadonlyArray<readonly [name: string, value: string]>;
  readonly folder: string | undefined;
  readonly group: string | undefined;
  /** An absolute path. */
  readonly program: string;
  readonly user: string | undefined;
}

const KNOWN = ['command', 'environment', 'folder', 'group', 'user'];

/**
 * Checks the option `app`.
 *
 * @param refusals what the product cannot do: `app.folder`, or `app.arguments`
 * @param checkProgram what a path of a program is on the product's system
 * @throws ConfigError if something is wrong with it, or beyond the product
 */
export function readApplication(
  value: string | ApplicationOptions,
  refusals: Refusals,
  checkProgram: (option: string, path: unknown) => string = checkPath,
): Application {
  const options: ApplicationOptions = typeof value === 'string' ? { command: [value] } : value;
  checkNames(options, KNOWN, 'app');
  const { command, environment = {}, folder, group, user } = options;
  if (!Array.isArray(command) || command.length === 0) {
    throw new ConfigError('app.command', 'must be a list: the program, then its arguments');
  }
  const [program, ...words] = command as readonly unknown[];
  if (words.length > 0) refuse('app.arguments', refusals);
  if (folder !== undefined) refuse('app.folder', refusals);
  if (group !== undefined) refuse('app.group', refusals);
  if (user !== undefined) refuse('app.user', refusals);
  return {
    arguments: words.map((word) => checkText('app.command', word)),
    environment: readEnvironment(environment),
    folder: folder === undefined ? undefined : checkPath('app.folder', folder),
    group: group === undefined ? undefined : checkAccount('app.group', group),
    program: checkProgram('app.command', program),
    user: user === undefined ? undefined : checkAccount('app.user', user),
  };
}

function refuse(option: string, refusals: Refusals): void {
  const reason = refusals[option];
  if (reason !== undefined) throw new ConfigError(option, reason);
}

function readEnvironment(value: unknown): Application['environment'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError('app.environment', 'must be an object');
  }
  return Object.entries(value).map(([name, text]) => {
    if (!/^[a-z_]\w*$/i.test(name)) {
      throw new ConfigError('app.environment', `${JSON.stringify(name)} is no name of a variable`);
    }
    return [name, checkText(`app.environment.${name}`, text)] as const;
  });
}

function checkText(option: string, value: unknown): string {
  if (typeof value !== 'string') throw new ConfigError(option, 'must be text');
  checkPrintable(option, value);
  return value;
}
