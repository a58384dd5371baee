import type { Product } from './product-names.ts';

/** What the values of each kind of option are. */
export interface ConfigValues {
  /** Given again for more. */
  readonly list: readonly string[];
  /** Of Apache. */
  readonly module: 'fastcgi' | 'fcgid' | 'proxy_fcgi';
  readonly number: number;
  /** On unless it is switched off. */
  readonly off: boolean;
  /** Names and values. */
  readonly pairs: Readonly<Record<string, string>>;
  /** Whole seconds, up to 86,400. */
  readonly seconds: number;
  /** Bytes. */
  readonly size: number;
  readonly static: ReadonlyArray<{
    readonly folder: string;
    readonly immutable?: boolean;
    readonly prefix: string;
  }>;
  readonly switch: true;
  readonly text: string;
}

/** How one option of `fcgi config` is given, and what it is for. */
export interface ConfigOption {
  /** What the functions of `@fcgi-js/configs` call it in their errors, where that is not its own name. */
  readonly concerns?: readonly string[];
  /** As on the command line: `--listen <address>`. */
  readonly flags: string;
  readonly help: string;
  readonly kind: keyof ConfigValues;
  /** What the word `none` stands for, in an option of kind `size`. */
  readonly none?: number;
  /** The only products that it is for; default all, as far as they can. */
  readonly products?: readonly Product[];
}

const CONTAINERS = ['compose', 'container', 'kubernetes'] as const satisfies readonly Product[];

/** Every option: flag, help, checks and the names in messages come from here. In the order of the help. */
export const CONFIG_OPTIONS = {
  listen: {
    flags: '--listen <address>',
    kind: 'list',
    help: 'where the application listens (repeatable: they share the load)',
  },
  backup: {
    flags: '--backup <address>',
    kind: 'list',
    concerns: ['backups'],
    help: 'asked only while none of --listen can be reached (repeatable)',
  },
  healthPath: {
    flags: '--health-path <path>',
    kind: 'text',
    concerns: ['healthCheck.path'],
    help: 'URL that is asked for to find out whether an application is there',
  },
  healthInterval: {
    flags: '--health-interval <time>',
    kind: 'seconds',
    concerns: ['healthCheck.interval'],
    help: 'the time from one such question to the next (default: 2 s)',
  },
  slowStart: {
    flags: '--slow-start <time>',
    kind: 'seconds',
    help: 'the time until an application that has come back has its share of the load',
  },
  multiplex: {
    flags: '--multiplex',
    kind: 'switch',
    help: 'of HAProxy: send many requests at the same time on a connection to the application (before HAProxy 3.2 some simultaneous uploads get 500)',
  },
  upgradeSocket: {
    flags: '--upgrade-socket <address>',
    kind: 'list',
    help: 'where the application takes WebSockets: --upgrade-listen of fcgi run (repeatable)',
  },
  upgradePath: {
    flags: '--upgrade-path <path>',
    kind: 'text',
    products: ['h2o'],
    help: 'of h2o, which chooses by the URL alone: the URLs of WebSockets, such as /ws',
  },
  mount: { flags: '--mount <path>', kind: 'text', help: 'the prefix of all its URLs (default: /)' },
  serverName: { flags: '--server-name <host>', kind: 'list', help: 'host name of the site (repeatable)' },
  bind: {
    flags: '--bind <port>',
    kind: 'text',
    help: 'where the web server listens: 8080, 127.0.0.1:8080 (default: 80)',
  },
  static: {
    flags: '--static <prefix=folder>',
    kind: 'static',
    concerns: ['static.folder', 'static.prefix'],
    help: 'files that the web server sends itself (repeatable)',
  },
  maxBodySize: {
    flags: '--max-body-size <size>',
    kind: 'size',
    none: Number.POSITIVE_INFINITY,
    help: 'largest body of a request: bytes, 10K, 5M, or none (default: 1G)',
  },
  requestBuffers: {
    flags: '--request-buffers <size>',
    kind: 'size',
    none: 0,
    products: ['caddy'],
    help: 'of Caddy: memory for a body of unknown length (default: 16M; none for Caddy before 2.6.4)',
  },
  keepAlive: {
    flags: '--no-keep-alive',
    kind: 'off',
    help: 'close connections to the application after each request',
  },
  authorizer: {
    flags: '--authorizer <path>',
    kind: 'text',
    help: 'URLs for which the application is asked as an authorizer first',
  },
  connectTimeout: {
    flags: '--connect-timeout <time>',
    kind: 'seconds',
    concerns: ['timeouts.connect'],
    help: 'the time until a connection to the application is there (default: 5 s)',
  },
  responseTimeout: {
    flags: '--response-timeout <time>',
    kind: 'seconds',
    concerns: ['timeouts.response'],
    help: 'the time without a byte from the application (default: 60 s)',
  },
  uploadTimeout: {
    flags: '--upload-timeout <time>',
    kind: 'seconds',
    concerns: ['timeouts.upload'],
    help: 'the time without a byte from the browser (default: 25 s)',
  },
  idleTimeout: {
    flags: '--idle-timeout <time>',
    kind: 'seconds',
    concerns: ['timeouts.idle'],
    help: 'the time for which an unused connection to the application is kept (default: 60 s)',
  },
  processes: {
    flags: '--processes <number>',
    kind: 'number',
    help: 'how many processes of PROGRAM are started (default: 1, with mod_fcgid 5)',
  },
  activeRequests: {
    flags: '--active-requests <number>',
    kind: 'number',
    products: CONTAINERS,
    help: 'of kubernetes: scale out when a pod has more than this many requests in progress (default: scale on CPU only)',
  },
  image: {
    flags: '--image <name>',
    kind: 'text',
    products: CONTAINERS,
    help: 'of kubernetes and compose: the image of the application',
  },
  name: {
    flags: '--name <name>',
    kind: 'text',
    help: 'what the application is called where the product wants a name (default: app)',
  },
  env: {
    flags: '--env <name=value>',
    kind: 'pairs',
    concerns: ['app.environment'],
    help: 'variable of the environment of PROGRAM (repeatable)',
  },
  folder: {
    flags: '--folder <path>',
    kind: 'text',
    concerns: ['app.folder'],
    help: 'working directory of PROGRAM',
  },
  user: { flags: '--user <name>', kind: 'text', concerns: ['app.user'], help: 'user that PROGRAM runs as' },
  group: {
    flags: '--group <name>',
    kind: 'text',
    concerns: ['app.group'],
    help: 'group that PROGRAM runs as',
  },
  socketGroup: {
    flags: '--socket-group <name>',
    kind: 'text',
    products: ['init', 'supervisor', 'systemd'],
    help: "of systemd, supervisor and init: group of the socket, the web server's (default: --group, or else www-data)",
  },
  module: { flags: '--module <module>', kind: 'module', products: ['apache'], help: 'of Apache' },
  htaccess: {
    flags: '--htaccess',
    kind: 'switch',
    products: ['apache'],
    help: 'of Apache: a .htaccess for shared hosting instead of a virtual host',
  },
} as const satisfies Record<string, ConfigOption>;

/** What a configuration is made of; what is not given has the default of its product. */
export type ConfigOptions = {
  readonly [Name in keyof typeof CONFIG_OPTIONS]?: ConfigValues[(typeof CONFIG_OPTIONS)[Name]['kind']];
};

/** What is no option of the command line, and the two that make one together. */
const OTHERS: Readonly<Record<string, string>> = {
  app: 'PROGRAM',
  'app.arguments': 'arguments of PROGRAM',
  'app.command': 'PROGRAM',
  healthCheck: '--health-path and --health-interval',
};

/** All options by their names. */
export const configOptions: ReadonlyArray<readonly [name: keyof ConfigOptions, option: ConfigOption]> =
  Object.entries(CONFIG_OPTIONS) as Array<[keyof ConfigOptions, ConfigOption]>;

/** The flag for what an error of `@fcgi-js/configs` is about. */
export function configFlag(concern: string): string {
  const found = configOptions.find(
    ([name, { concerns = [name] }]) =>
      concerns.includes(concern) || concerns.some((one) => concern.startsWith(`${one}.`)),
  );
  return found?.[1].flags.split(' ')[0] ?? OTHERS[concern] ?? `--${concern}`;
}
