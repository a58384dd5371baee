import type { FaultyApplication } from './faults.ts';

/** A request that a reference application serves. */
export interface Request {
  body: Buffer[];
  flags: number;
  id: number;
  params: Buffer[];
  role: number;
  state: 'params' | 'stdin' | 'answering' | 'over';
  timer?: NodeJS.Timeout;
  values: Map<string, string>;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const TEXT = 'Content-Type: text/plain\r\n';

/** What a route of the probe contract answers. */
export interface ProbeAnswer {
  appStatus?: number;
  body: Buffer | string;
  head: string;
  stderr?: string;
}

/** The path of a request, and its query. */
export function routeOf({ values }: Request): [path: string, query: string] {
  return [values.get('PATH_INFO') ?? '', values.get('QUERY_STRING') ?? ''];
}

/** What some faults do to params. */
export function spoil(app: FaultyApplication, values: Map<string, string>): void {
  for (const [name, value] of values) {
    if (app.has('utf8-values')) values.set(name, Buffer.from(value, 'latin1').toString('utf8'));
    if (app.has('values-of-64-kb')) values.set(name, value.slice(0, 65_535));
    if (app.has('values-trimmed')) values.set(name, value.trim());
    if (app.has('names-of-127-bytes') && name.length > 127) values.delete(name);
    if (app.has('values-of-127-bytes') && value.length > 127) values.set(name, value.slice(0, 127));
  }
  if (app.has('params-stay') || app.has('first-params-win')) {
    for (const [name, value] of app.shared) if (!values.has(name)) values.set(name, value);
    app.shared.push(...values);
  }
}

/** The exit status of the first request that had one, for all later ones. */
export function stay(app: FaultyApplication, appStatus: number): number {
  if (appStatus !== 0) app.appStatus = appStatus;
  return app.appStatus;
}

/** The answer to a request whose body, as far as it is needed, is there. */
export function answerOf(app: FaultyApplication, request: Request): ProbeAnswer {
  const answer = faultless(app, request);
  const { head } = answer;
  if (app.has('no-cgi-field')) return { ...answer, head: 'X-Field: 1\r\n' };
  if (app.has('status-in-words')) return { ...answer, head: `Status: fine\r\n${head}` };
  if (app.has('two-content-types')) return { ...answer, head: head + TEXT };
  if (app.has('http-status-line')) return { ...answer, head: `HTTP/1.1 200 OK\r\n${head}` };
  if (app.has('no-content-type')) return { ...answer, head: 'Status: 200 OK\r\n' };
  if (app.has('connection-field')) return { ...answer, head: `Connection: close\r\n${head}` };
  return answer;
}

function faultless(app: FaultyApplication, request: Request): ProbeAnswer {
  const [path, query] = routeOf(request);
  const { values } = request;
  const number = Number(query);
  const body = Buffer.concat(request.body);
  switch (path) {
    case '/echo':
      return { body: echoed(app, body), head: TEXT };
    case '/param':
      return param(app, values, query);
    case '/big': {
      const isHead = values.get('REQUEST_METHOD') === 'HEAD' && !app.has('head-with-body');
      return {
        body: isHead
          ? ''
          : Buffer.alloc(app.has('big-answers-cut') ? Math.min(number, 65_535) : number, LETTERS),
        head: TEXT,
      };
    }
    case '/slow':
    case '/early':
    case '/partial':
      return { body: path.slice(1), head: TEXT };
    case '/nothing':
      return { body: '', head: TEXT };
    case '/status': {
      const isBare = (number === 204 || number === 304) && !app.has('body-after-204');
      const code = app.has('known-statuses-only') && number === 418 ? 500 : number;
      return { body: isBare ? '' : 'status', head: `Status: ${code} Probe\r\n${TEXT}` };
    }
    case '/redirect':
      return {
        body: '',
        head: `${app.has('relative-redirect') ? 'Location: elsewhere' : 'Location: http://localhost/elsewhere'}\r\n`,
      };
    case '/cookies': {
      const cookies = app.has('cookies-folded')
        ? 'Set-Cookie: a=1, b=2\r\n'
        : 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n';
      return { body: 'cookies', head: cookies + TEXT };
    }
    case '/stderr': {
      const errors = 'E'.repeat(number);
      return app.has('stderr-in-stdout')
        ? { body: errors, head: TEXT }
        : { body: 'stderr', head: TEXT, stderr: errors };
    }
    case '/exit':
      return { appStatus: number, body: 'exit', head: TEXT };
    default:
      return { body: 'reference', head: TEXT };
  }
}

function echoed(app: FaultyApplication, body: Buffer): Buffer | string {
  if (app.has('bodies-as-nothing')) return '';
  if (app.has('bodies-as-text')) return body.toString('utf8');
  if (app.has('bodies-of-64-kb')) return body.subarray(0, 65_535);
  return body;
}

function param(app: FaultyApplication, values: Map<string, string>, query: string): ProbeAnswer {
  const known: Record<string, unknown> = app.has('params-of-prototype') ? {} : Object.create(null);
  const value = values.get(query) ?? (known[query] === undefined ? undefined : 'x');
  if (value === undefined) return { body: 'absent', head: `Status: 404 Not Found\r\n${TEXT}` };
  return { body: Buffer.from(value, app.has('utf8-values') ? 'utf8' : 'latin1'), head: TEXT };
}
