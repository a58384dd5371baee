import { type Address, hostPort, parseAddress } from './address.ts';
import { type Application, readApplication } from './application.ts';
import {
  checkBoolean,
  checkCount,
  checkHostName,
  checkMilliseconds,
  checkName,
  checkNames,
  checkPath,
  checkPrefix,
  checkSize,
} from './checks.ts';
import { ConfigError } from './errors.ts';
import type {
  HealthCheckOptions,
  Refusals,
  StaticOptions,
  TimeoutOptions,
  WebServerOptions,
} from './options.ts';

/** The options of a web server, checked, with their defaults. */
export interface Site {
  readonly app: Application | undefined;
  /** A whole URL path, with the mount; '' for every URL. */
  readonly authorizer: string | undefined;
  readonly backups: readonly Address[];
  readonly bind: Bind | undefined;
  /** Undefined for the product's own default. */
  readonly healthCheck: HealthCheck | undefined;
  readonly keepAlive: boolean;
  readonly listen: readonly Address[];
  readonly maxBodySize: number | undefined;
  /** '' at the root. */
  readonly mount: string;
  readonly multiplex: boolean;
  readonly name: string;
  /** Undefined for as many as fit the product. */
  readonly processes: number | undefined;
  readonly serverNames: readonly string[];
  /** In seconds. */
  readonly slowStart: number | undefined;
  readonly statics: readonly StaticFolder[];
  readonly timeouts: Seconds;
  /** Where WebSockets go; none where they are requests like any other. */
  readonly upgrades: readonly Address[];
}

/** Where the web server listens: on all addresses if there is no host. */
export interface Bind {
  readonly host: string | undefined;
  readonly port: number;
}

/** How an application is asked whether it is there. */
export interface HealthCheck {
  /** In seconds. */
  readonly interval: number;
  /** A whole URL path, with the mount; undefined for a connection only. */
  readonly path: string | undefined;
}

/** Files of the web server. */
export interface StaticFolder {
  /** An absolute path without a slash at its end. */
  readonly folder: string;
  readonly immutable: boolean;
  /** A whole URL path, with the mount and without a slash at its end. */
  readonly prefix: string;
}

/** The time-outs in seconds. */
export type Seconds = Readonly<Record<keyof TimeoutOptions, number>>;

const KNOWN = [
  'app',
  'authorizer',
  'backups',
  'bind',
  'healthCheck',
  'keepAlive',
  'listen',
  'maxBodySize',
  'mount',
  'multiplex',
  'name',
  'processes',
  'serverName',
  'slowStart',
  'static',
  'timeouts',
  'upgradeSocket',
];
/** The Cache-Control of files whose names change with what is in them (RFC 8246). */
export const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Bytes for products that have a limit of their own where none is set. */
export const NO_BODY_LIMIT = Number.MAX_SAFE_INTEGER;

const DEFAULT_BODY_SIZE = 2 ** 30;
const DEFAULT_INTERVAL = 2_000;
const DEFAULT_TIMEOUTS: Seconds = {
  connect: 5_000,
  idle: 60_000,
  response: 60_000,
  upload: 60_000,
};

/**
 * Checks the options of a web server.
 *
 * @param options what the caller has given
 * @param refusals what the product cannot do; saying no to it is fine
 * @param own the options of this product beside the common ones, which it checks itself
 * @throws ConfigError if one is unknown, wrong, or beyond the product
 */
export function readSite(options: WebServerOptions, refusals: Refusals, own: readonly string[] = []): Site {
  checkNames(options, [...KNOWN, ...own].sort());
  for (const [option, reason] of Object.entries(refusals)) {
    const [name = '', member] = option.split('.');
    const value = options[name as keyof WebServerOptions];
    const asked = member === undefined ? value : (value as Record<string, unknown> | undefined)?.[member];
    if (asked !== undefined && asked !== false) throw new ConfigError(option, reason);
  }
  const { app, authorizer, bind, keepAlive = refusals['keepAlive'] === undefined } = options;
  const { maxBodySize = DEFAULT_BODY_SIZE, mount = '/', multiplex = false, name = 'app' } = options;
  const { backups, healthCheck, processes, slowStart } = options;
  if (app === undefined && options.listen === undefined) {
    throw new ConfigError(
      refusals['listen'] === undefined ? 'listen' : 'app',
      'is missing; say where the application listens, or which program it is',
    );
  }
  if (backups !== undefined && options.listen === undefined) {
    throw new ConfigError('backups', 'must come beside "listen": they stand in for what listens there');
  }
  const prefix = checkPrefix('mount', mount);
  return {
    app: app === undefined ? undefined : readApplication(app, refusals),
    authorizer: authorizer === undefined ? undefined : prefix + checkPrefix('authorizer', authorizer),
    backups: readList('backups', backups).map((text) => parseAddress('backups', text)),
    bind: bind === undefined ? undefined : readBind(bind),
    healthCheck: healthCheck === undefined ? undefined : readHealthCheck(healthCheck, prefix),
    keepAlive: checkBoolean('keepAlive', keepAlive),
    listen: readList('listen', options.listen).map((text) => parseAddress('listen', text)),
    maxBodySize: checkSize('maxBodySize', maxBodySize),
    mount: prefix,
    multiplex: checkBoolean('multiplex', multiplex),
    name: checkName('name', name),
    processes: processes === undefined ? undefined : checkCount('processes', processes, 1_000),
    serverNames: readList('serverName', options.serverName).map((host) => checkHostName('serverName', host)),
    slowStart: slowStart === undefined ? undefined : checkMilliseconds('slowStart', slowStart) / 1_000,
    statics: readList('static', options.static).map((folder) => readStatic(folder, prefix)),
    timeouts: readTimeouts(options.timeouts ?? {}),
    upgrades: readList('upgradeSocket', options.upgradeSocket).map((text) =>
      parseAddress('upgradeSocket', text),
    ),
  };
}

/** One address, for products that know no more. */
export function onlyAddress({ listen }: Site, reason: string): Address | undefined {
  if (listen.length > 1) throw new ConfigError('listen', reason);
  return listen[0];
}

/** `host:port` or the port alone, as most products have it. */
export function formatBind({ host, port }: Bind): string {
  return host === undefined ? String(port) : hostPort({ host, port });
}

function readList<T>(option: string, value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? (value as readonly T[]) : [value as T];
  if (list.length === 0) throw new ConfigError(option, 'must not be empty');
  return list;
}

function readBind(value: unknown): Bind {
  const match = /^(?:(\[[\da-f:]+\]|[\d.]+):)?(\d{1,5})$/i.exec(String(value));
  const port = Number(match?.[2]);
  if (typeof value !== 'string' || match === null || port < 1 || port > 65_535) {
    throw new ConfigError('bind', 'must be 8080, 127.0.0.1:8080 or [::1]:8080');
  }
  return { host: match[1]?.replace(/[[\]]/g, ''), port };
}

/** Checks the option `healthCheck`; `mount` comes before its path. */
export function readHealthCheck(value: HealthCheckOptions, mount: string): HealthCheck {
  checkNames(value, ['interval', 'path'], 'healthCheck');
  const { interval = DEFAULT_INTERVAL, path } = value;
  return {
    interval: checkMilliseconds('healthCheck.interval', interval) / 1_000,
    path: path === undefined ? undefined : mount + (checkPrefix('healthCheck.path', path) || '/'),
  };
}

function readStatic(value: StaticOptions, mount: string): StaticFolder {
  checkNames(value, ['folder', 'immutable', 'prefix'], 'static');
  const { immutable = false } = value;
  const prefix = checkPrefix('static.prefix', value.prefix);
  if (prefix === '')
    throw new ConfigError('static.prefix', 'must be longer than /, as all else is the application');
  return {
    folder: checkPath('static.folder', value.folder),
    immutable: checkBoolean('static.immutable', immutable),
    prefix: mount + prefix,
  };
}

function readTimeouts(options: TimeoutOptions): Seconds {
  checkNames(options, Object.keys(DEFAULT_TIMEOUTS), 'timeouts');
  const seconds = (name: keyof TimeoutOptions) => {
    const value = options[name] ?? DEFAULT_TIMEOUTS[name];
    return checkMilliseconds(`timeouts.${name}`, value) / 1_000;
  };
  return {
    connect: seconds('connect'),
    idle: seconds('idle'),
    response: seconds('response'),
    upload: seconds('upload'),
  };
}
