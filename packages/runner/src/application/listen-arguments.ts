/** What a server is asked to listen on. `port` is 0 for one that the system chooses. */
export type ListenTarget =
  | { readonly kind: 'handle' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'port'; readonly host: string | undefined; readonly port: number };

type Options = Readonly<Record<string, unknown>>;

const LARGEST_PORT = 65_535;
/** Hosts that stand for all addresses: Node opens IPv6 so that it takes IPv4, too. */
const EVERYWHERE: ReadonlySet<string | undefined> = new Set([undefined, '::', '0.0.0.0']);

/**
 * Reads what `listen()` was called with. The ways to call it are many: https://nodejs.org/api/net.html#serverlisten
 *
 * @returns `undefined` where Node throws: nothing says better what is wrong
 */
export function readListenArguments(args: readonly unknown[]): ListenTarget | undefined {
  const [first, second] = args;
  if (args.length === 0 || typeof first === 'function' || first === null || first === undefined) {
    return { kind: 'port', host: undefined, port: 0 };
  }
  if (typeof first === 'object') return readOptions(first as Options);
  if (isPath(first)) return { kind: 'path', path: first };
  return readPort(first, second);
}

/** In words: `port 3000 of 127.0.0.1`. */
export function describeTarget(target: ListenTarget): string {
  if (target.kind === 'path') return `"${target.path}"`;
  if (target.kind === 'handle') return 'a socket that it was given';
  const where = target.port === 0 ? 'a free port' : `port ${target.port}`;
  return target.host === undefined ? where : `${where} of ${target.host}`;
}

/** Whether the system would open only one of two. */
export function isSameTarget(one: ListenTarget, other: ListenTarget): boolean {
  if (one.kind === 'path' && other.kind === 'path') return one.path === other.path;
  if (one.kind !== 'port' || other.kind !== 'port' || one.port === 0) return false;
  const isEverywhere = EVERYWHERE.has(one.host) || EVERYWHERE.has(other.host);
  return one.port === other.port && (isEverywhere || one.host === other.host);
}

/** The arguments for Node to open a target itself, on the port that the application has been told. */
export function openArguments(args: readonly unknown[], port: number | undefined): unknown[] {
  const [first, ...others] = args.filter((argument) => typeof argument !== 'function');
  // The signal has a listener already.
  if (typeof first === 'object' && first !== null) {
    return [{ ...first, ...(port === undefined ? {} : { port }), signal: undefined }, ...others];
  }
  return [port ?? first, ...others];
}

function readOptions(options: Options): ListenTarget | undefined {
  const { fd, host, path, port, signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) return undefined;
  if (options['_handle'] || options['handle'] || (typeof fd === 'number' && fd >= 0))
    return { kind: 'handle' };
  // Node looks it up, which throws.
  if (host !== undefined && host !== null && typeof host !== 'string') return undefined;
  if ('port' in options && (port === undefined || port === null)) return readPort(0, host);
  if (typeof port === 'number' || typeof port === 'string') return readPort(port, host);
  return isPath(path) ? { kind: 'path', path } : undefined;
}

function readPort(given: unknown, host: unknown): ListenTarget | undefined {
  const port = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > LARGEST_PORT)
    return undefined;
  return { kind: 'port', host: typeof host === 'string' && host !== '' ? host : undefined, port };
}

/** A text that is no number from 0 on is a path, as for Node. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && !(Number(value) >= 0);
}
