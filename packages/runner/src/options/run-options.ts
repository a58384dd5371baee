import { limits } from './limit-kind.ts';
import {
  applicationName,
  applicationPort,
  count,
  duration,
  type Kind,
  listenAddress,
  logFormat,
  logTarget,
  octal,
  path,
  paths,
  size,
  statusAddress,
  text,
  texts,
  toggle,
  upgradeAddress,
  urlPath,
  workerCount,
} from './option-kinds.ts';
import { paramsFixes } from './params-fixes.ts';

/** One option of `fcgi run`. */
export interface RunOption<Value, Written = Value, Default = undefined> {
  /** What the flag takes, in a word; undefined for a flag that takes nothing. */
  readonly argument: string | undefined;
  readonly default: Default;
  /** The flag, where it is not made of the name. */
  readonly flag?: string;
  readonly help: string;
  readonly kind: Kind<Value, Written>;
  /** Another option without which it does nothing. */
  readonly needs?: { readonly option: 'workers'; readonly because: string };
  /** `parent`: it is about the process that all applications share; without it, each application has its own. */
  readonly scope?: 'parent';
}

/** An option without which there is no such thing. */
function option<Value, Written>(
  kind: Kind<Value, Written>,
  argument: string | undefined,
  help: string,
): RunOption<Value, Written> {
  return { argument, default: undefined, help, kind };
}

/** An option that always has a value. */
function withDefault<Value, Written>(
  kind: Kind<Value, Written>,
  argument: string,
  help: string,
  value: Value,
): RunOption<Value, Written, Value> {
  return { argument, default: value, help, kind };
}

/** An option that only a parent with workers can follow. */
function ofWorkers<Value, Written>(
  given: RunOption<Value, Written>,
  because: string,
): RunOption<Value, Written> {
  return { ...given, needs: { option: 'workers', because } };
}

/** An option of the process that all applications share. */
function ofParent<Value, Written>(
  given: RunOption<Value, Written>,
): RunOption<Value, Written> & { readonly scope: 'parent' } {
  return { ...given, scope: 'parent' };
}

const REPLACES = 'it replaces workers.';
const PRINTED = 'it is about what workers print.';

/**
 * All options of `fcgi run`, in the order of its help. From this list come the flags, the keys of the configuration
 * file (the names here), and what `--print-config` prints.
 */
export const runOptions = {
  listen: withDefault(
    listenAddress,
    'address',
    'where to serve: unix:/path, /path, [tcp:]HOST:PORT, :PORT (loopback), fd:N, systemd[:NAME], auto',
    'auto',
  ),
  upgradeListen: option(
    upgradeAddress,
    'address',
    'a second socket, for WebSockets and other HTTP upgrades alone: as --listen, but for auto',
  ),
  port: option(
    applicationPort,
    'port',
    'which server of APP is served: the one that asks for this port; none: what APP exports, at once',
  ),
  mount: option(text, 'prefix', 'the public prefix, where the web server does not tell it'),
  params: option(
    paramsFixes,
    'fix',
    'change the params of each request: a function of @fcgi-js/middleware such as authorizationFix, or the path of a module (repeatable)',
  ),
  allow: option(texts, 'address', 'who may connect over TCP: an address or network (repeatable)'),
  socketMode: option(octal, 'octal', 'permissions of Unix sockets (default: 660)'),
  socketOwner: option(text, 'user', 'owner of Unix sockets'),
  socketGroup: option(text, 'group', 'group of Unix sockets'),
  backlog: option(
    count,
    'count',
    'connections that wait to be accepted (default: as many as the system allows)',
  ),
  name: option(
    applicationName,
    'name',
    'the name of the application in its log lines, on the status page and in ps (default: its file)',
  ),
  workers: option(workerCount, 'count', 'serve with so many processes and a parent; auto: one for each core'),
  maxRequests: ofWorkers(option(count, 'count', 'replace a worker after so many requests'), REPLACES),
  maxAge: ofWorkers(option(duration, 'time', 'replace a worker after so long: 90s, 30m, 12h'), REPLACES),
  maxMemory: ofWorkers(option(size, 'size', 'replace a worker that takes so much: 300M, 2G'), REPLACES),
  onDemand: ofWorkers(
    option(toggle, undefined, 'start workers when a connection comes, and end them when none is needed'),
    'their parent waits for connections. Without a parent, --idle-exit ends a process that systemd or the web server starts again.',
  ),
  idleExit: option(
    duration,
    'time',
    'end after so long without a request: 60s, 10m; with --workers only --on-demand (default: 60 s)',
  ),
  limits: {
    ...option(limits, 'name=value', 'set a limit of the server, such as requests=20000 (repeatable)'),
    flag: '--limit',
  },
  requestTimeout: option(duration, 'time', 'end a request that takes longer, with 504: 30s, 5m'),
  blockedTimeout: option(
    duration,
    'time',
    'end a process whose event loop is blocked for so long, and say where (default: --request-timeout)',
  ),
  statusPath: option(urlPath, 'path', 'path of a status page in front of the application: /status'),
  pingPath: option(urlPath, 'path', 'path of a page that says pong: /ping'),
  statusListen: ofParent(
    option(
      statusAddress,
      'address',
      'the same pages on an address of their own: http://127.0.0.1:9090, or one of FastCGI',
    ),
  ),
  startTimeout: withDefault(duration, 'time', 'the time APP has to export something or listen', 30),
  stopTimeout: withDefault(duration, 'time', 'the time requests have to end when it stops', 30),
  user: option(text, 'user', 'run the application as this user (root only)'),
  group: option(text, 'group', "and its group (default: the user's own)"),
  chdir: option(path, 'folder', 'the working directory of the application'),
  // Not --env-file: Node looks for that among all words, those of a script included, and reads the file as root.
  environmentFile: option(paths, 'file', 'add the variables of a file to its environment (repeatable)'),
  cleanEnv: option(
    toggle,
    undefined,
    'hide this environment from it, but for PATH, HOME, NODE_* and the like',
  ),
  umask: ofParent(option(octal, 'octal', 'what others may not do with the files that it makes: 027')),
  pidFile: ofParent(option(path, 'file', 'a file that has the id of this process')),
  accessLog: option(logTarget, 'file', 'write a line for each request: a file, - for stdout, stderr'),
  accessLogFormat: withDefault(
    logFormat,
    'format',
    'of these lines: combined, json, or codes of Apache such as "%h %s %D"',
    'combined',
  ),
  slowLog: option(logTarget, 'file', 'write down the requests that take long: a file, - for stdout, stderr'),
  slowTime: withDefault(duration, 'time', 'a request slower than this goes into the slow log', 5),
  output: ofWorkers(
    option(path, 'file', 'write what workers print to a file, not to stdout and stderr'),
    PRINTED,
  ),
  plainOutput: ofWorkers(
    option(toggle, undefined, 'write what workers print without naming the worker'),
    PRINTED,
  ),
};

type List = typeof runOptions;
type ValueOf<One> = One extends RunOption<infer Value, infer _Written, infer _Default> ? Value : never;
type WrittenOf<One> = One extends RunOption<infer _Value, infer Written, infer _Default> ? Written : never;
type Certain = { [Name in keyof List]: List[Name]['default'] extends undefined ? never : Name }[keyof List];

/** The name of an option. */
export type RunOptionName = keyof List;

/** The values of all options; times are in seconds, sizes in bytes. */
export type RunOptionValues = { readonly [Name in Certain]: ValueOf<List[Name]> } & {
  readonly [Name in Exclude<keyof List, Certain>]?: ValueOf<List[Name]>;
};

type OfParent = {
  [Name in keyof List]: List[Name] extends { readonly scope: 'parent' } ? Name : never;
}[keyof List];

/** The values of the options of a parent. */
export type ParentOptionValues = Pick<RunOptionValues, OfParent>;

/** One application: its options, and what is run. */
export interface RunOptions extends RunOptionValues {
  /** The file or folder of the application. */
  readonly app: string;
  /** For the application. */
  readonly args: readonly string[];
}

type WrittenOptions = { readonly [Name in keyof List]?: WrittenOf<List[Name]> | undefined };

/** One of several applications in a configuration file; `app`, `listen` and `name` must be there. */
export interface ApplicationConfig extends Omit<WrittenOptions, OfParent> {
  /** The application: its file, or the folder of its package.json. */
  readonly app: string;
  /** For the application. */
  readonly args?: readonly string[];
}

/**
 * What a configuration file of `fcgi run` may have: its options in camelCase, and what is run. `fcgi run --help` says
 * what each of them does.
 */
export interface RunConfig extends WrittenOptions {
  /** The application: its file, or the folder of its package.json. */
  readonly app?: string | undefined;
  /**
   * Several applications under one parent, in the place of `app`: the options of each, or the path of a file that has them, in which
   * `*` stands for any characters. Beside it stand options of the parent only: `pidFile`, `statusListen`, `umask`.
   */
  readonly apps?: ReadonlyArray<ApplicationConfig | string> | undefined;
  /** For the application. */
  readonly args?: readonly string[];
}

/** {@link runOptions}, whatever their kinds. */
export const optionList: ReadonlyArray<[name: string, option: RunOption<unknown, unknown, unknown>]> =
  Object.entries(runOptions);

/** The flag of an option: `--max-requests`. */
export function flagOf(name: string): string {
  const given = optionList.find(([one]) => one === name)?.[1].flag;
  return given ?? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Whether an option is about one application, or about the parent that several share. */
export function scopeOf(name: string): 'parent' | 'pool' {
  return optionList.find(([one]) => one === name)?.[1].scope ?? 'pool';
}

/** What counts where nothing else is said. */
export function defaultValues(): Record<string, unknown> {
  const known = optionList.filter(([, option]) => option.default !== undefined);
  return Object.fromEntries(known.map(([name, option]) => [name, option.default]));
}
