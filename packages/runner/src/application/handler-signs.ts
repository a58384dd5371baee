/** What small servers beside an application answer: figures, health, 426 for want of a WebSocket, a redirect. */
const SIDE_ANSWER = /metrics|health|liveness|livereload|readiness|\b426\b|\b30[1278]\b|\.redirect\(/i;
/** Characters of a handler that does nothing else. */
const SHORT_HANDLER = 600;
/** Routes that such servers have. */
const SIDE_PATH = /^\/?(?:metrics|prometheus|health\w*|live\w*|readiness|ready\w*|ping|startup)(?:\/|$)/i;
/** Routes that may answer `/`: itself, or one that begins with a parameter, a wildcard or something optional. */
const ROOT_PATH = /^\/?(?:$|[*:{([])/;

/** Express 4 puts these in front of every application. */
const BUILT_IN = new Set(['expressInit', 'query']);

/** Part of an application of Express (its routes are objects) or connect (where a route is a prefix, '' for every request). */
interface Layer {
  readonly handle?: unknown;
  readonly name?: string;
  readonly route?: string | { readonly path?: unknown };
}

/** The word or route by which a handler of requests shows that it belongs to a server beside the application. */
export function sideAnswer(handler: unknown): string | undefined {
  const layers = layersOf(handler);
  if (layers === undefined) return sourceSign(handler);
  const signs = layers.map((layer) => {
    const paths = pathsOf(layer);
    if (paths === undefined) return sourceSign(layer.handle);
    return paths.every((path) => SIDE_PATH.test(path)) ? paths[0] : undefined;
  });
  return signs.includes(undefined) ? undefined : signs[0];
}

/** Whether a handler certainly has no answer to `/` but 404. */
export function lacksRoot(handler: unknown): boolean {
  const layers = layersOf(handler);
  if (layers === undefined || layers.length === 0) return false;
  return layers.every((layer) => pathsOf(layer)?.every((path) => !ROOT_PATH.test(path)) === true);
}

function sourceSign(handler: unknown): string | undefined {
  if (typeof handler !== 'function') return undefined;
  const source = Function.prototype.toString.call(handler);
  return source.length <= SHORT_HANDLER ? SIDE_ANSWER.exec(source)?.[0] : undefined;
}

/** The paths of a route; undefined for what is no route, or has others than texts. */
function pathsOf({ route }: Layer): string[] | undefined {
  const path = typeof route === 'object' ? route.path : route || undefined;
  const paths: unknown[] = Array.isArray(path) ? path : [path];
  return paths.every((each) => typeof each === 'string') ? paths : undefined;
}

/** Undefined where a handler is no application of Express or connect. */
function layersOf(handler: unknown): Layer[] | undefined {
  if (typeof handler !== 'function') return undefined;
  const router: unknown = read(handler, '_router') ?? read(handler, 'router') ?? handler;
  const stack =
    typeof router === 'object' || typeof router === 'function' ? read(router, 'stack') : undefined;
  if (!Array.isArray(stack)) return undefined;
  return (stack as Layer[]).filter(({ name }) => !BUILT_IN.has(name ?? ''));
}

/** `app.router` of Express 4 throws. */
function read(object: object | null, name: string): unknown {
  try {
    return object === null ? undefined : Reflect.get(object, name);
  } catch {
    return undefined;
  }
}
