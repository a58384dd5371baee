import { type Address, parseAddress } from './address.ts';
import { type Application, readApplication } from './application.ts';
import { checkAccount, checkCount, checkName, checkNames } from './checks.ts';
import { ConfigError } from './errors.ts';
import type { ProcessOptions, Refusals } from './options.ts';

/** The options of a process manager, checked, with their defaults. */
export interface Service {
  readonly app: Application;
  readonly listen: Address | undefined;
  readonly name: string;
  readonly processes: number;
  /** Of a Unix socket. */
  readonly socketGroup: string;
}

/** Until a program is killed that does not end: more than the 30 s which its requests are given. */
export const STOP_SECONDS = 35;

/** That of the web servers of Debian and Ubuntu, as in `fcgi init`. */
const WEB_SERVER_GROUP = 'www-data';

/**
 * Checks the options of a process manager.
 *
 * @param options what the caller has given
 * @param refusals what the product cannot do
 * @throws ConfigError if one is unknown, wrong, or beyond the product
 */
export function readService(options: ProcessOptions, refusals: Refusals): Service {
  checkNames(options, ['app', 'listen', 'name', 'processes', 'socketGroup']);
  const { app, listen, name = 'app', processes = 1, socketGroup } = options;
  if (app === undefined) throw new ConfigError('app', 'is missing: which program is started?');
  const reason = refusals['processes'];
  if (reason !== undefined && options.processes !== undefined) throw new ConfigError('processes', reason);
  const application = readApplication(app, refusals);
  const address = listen === undefined ? undefined : parseAddress('listen', listen);
  if (socketGroup !== undefined && address?.kind !== 'unix') {
    throw new ConfigError('socketGroup', 'is the group of a Unix socket, and "listen" names none');
  }
  return {
    app: application,
    listen: address,
    name: checkName('name', name),
    processes: checkCount('processes', processes, 1_000),
    socketGroup: checkAccount('socketGroup', socketGroup ?? application.group ?? WEB_SERVER_GROUP),
  };
}
