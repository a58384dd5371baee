import { checkCount, checkNames } from './checks.ts';
import { ConfigError } from './errors.ts';
import type { HealthCheckOptions } from './options.ts';
import { checkPrintable } from './quote.ts';
import { readHealthCheck } from './site.ts';

/** What the functions for containers take. */
export interface ContainerOptions {
  /**
   * Addresses and networks that the web server may connect from.
   *
   * @defaultValue those that are private: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * What `fcgi run` is to run, below the folder of the application.
   *
   * @defaultValue `server.js`
   */
  readonly app?: string | undefined;
  /** How it is asked whether it is ready. Default every 10 s, and whether it accepts connections. */
  readonly healthCheck?: HealthCheckOptions | undefined;
  /**
   * The TCP port of the application.
   *
   * @defaultValue 9000
   */
  readonly port?: number | undefined;
  /**
   * Processes in a container.
   *
   * @defaultValue 1
   */
  readonly processes?: number | undefined;
}

/** The options of a container, checked. */
export interface Container {
  readonly command: readonly string[];
  /** Seconds from one question to the next. */
  readonly interval: number;
  /** Tells whether the application is ready. */
  readonly ping: readonly string[];
  readonly port: number;
}

/** The names of {@link ContainerOptions}. */
export const CONTAINER_OPTIONS = ['allow', 'app', 'healthCheck', 'port', 'processes'] as const;

/** The time that requests have to end, and that a container has to end after them, in seconds. */
export const DRAIN_SECONDS = 30;
export const END_SECONDS = 35;

const INTERVAL = 10_000;
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

/**
 * Checks the options of a container.
 *
 * @param metricsPort where its metrics are; undefined for nowhere
 * @throws ConfigError if one is wrong
 */
export function readContainer(options: ContainerOptions, metricsPort?: number): Container {
  const { allow = PRIVATE, app = 'server.js', healthCheck = {}, port = 9000, processes = 1 } = options;
  if (!Array.isArray(allow) || allow.length === 0)
    throw new ConfigError('allow', 'must be a list of networks');
  for (const network of allow as readonly unknown[]) {
    if (typeof network !== 'string' || !/^[\da-f.:]+(?:\/\d{1,3})?$/i.test(network)) {
      throw new ConfigError('allow', 'must be addresses or networks, as in 10.0.0.0/8');
    }
  }
  checkCount('port', port, 65_535);
  if (port === metricsPort) throw new ConfigError('port', `${port} is that of the metrics`);
  if (port < 1_024) throw new ConfigError('port', 'must be 1024 or more, as root alone may listen below');
  const workers = checkCount('processes', processes, 1_000);
  const { interval, path } = readHealthCheck({ interval: INTERVAL, ...healthCheck }, '');
  return {
    command: [
      ...['fcgi', 'run', '--listen', `0.0.0.0:${port}`],
      ...['127.0.0.1', ...allow].flatMap((network) => ['--allow', network]),
      ...(workers > 1 ? ['--workers', String(workers)] : []),
      ...(metricsPort === undefined ? [] : ['--status-listen', `http://0.0.0.0:${metricsPort}`]),
      ...['--stop-timeout', String(DRAIN_SECONDS), checkApp(app)],
    ],
    ping: ['fcgi', 'ping', `127.0.0.1:${port}`, ...(path === undefined ? [] : ['--path', path])],
    interval,
    port,
  };
}

function checkApp(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.startsWith('-') || value.startsWith('/')) {
    throw new ConfigError('app', 'must be a file below the folder of the application, for example server.js');
  }
  checkPrintable('app', value);
  return value;
}

/** Names of images: a registry, a path, a tag or a digest. */
export function checkImage(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z\d][\w.-]*(?:[/:@][\w.-]+)*$/i.test(value)) {
    throw new ConfigError(option, 'must be the name of an image, for example registry.example.org/shop:1.4');
  }
  return value;
}

/** What `containerFile` takes. */
export interface ContainerFileOptions extends ContainerOptions {
  /**
   * The image with Node: an LTS version, without build tools.
   *
   * @defaultValue `node:22-slim`
   */
  readonly base?: string | undefined;
}

/**
 * A `Dockerfile` for an application that has `@fcgi-js/cli` among its dependencies: no build tools and development
 * dependencies in the image, no root, nothing that has to be written.
 *
 * @throws ConfigError if an option is unknown or wrong
 */
export function containerFile(options: ContainerFileOptions = {}): string {
  checkNames(options, [...CONTAINER_OPTIONS, 'base'].sort());
  const { command, interval, ping, port } = readContainer(options);
  const base = checkImage('base', options.base ?? 'node:22-slim');
  return `FROM ${base} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM ${base}
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
WORKDIR /app
# With node_modules in .dockerignore.
COPY . .
COPY --from=dependencies /app/node_modules ./node_modules
# Its files belong to root: it cannot change them.
USER node
EXPOSE ${port}
HEALTHCHECK --interval=${interval}s --timeout=5s --start-period=30s CMD ${JSON.stringify(ping)}
CMD ${JSON.stringify(command)}
`;
}
