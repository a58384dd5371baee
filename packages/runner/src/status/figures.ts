/** What a process that serves has come to, since it began unless a figure says otherwise. Sizes are in bytes. */
export interface Figures extends Totals {
  readonly activeRequests: number;
  /** Open ones. */
  readonly connections: number;
  /** The longest time that the event loop was late by, in the last one or two seconds; in milliseconds. */
  readonly eventLoopDelay: number;
  /** The share of the last one or two seconds in which the event loop was busy: 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly heapUsed: number;
  /** The request that has been under way for longest; if there is none, the latest that has ended. */
  readonly request?: RequestFigures;
  /** Resident set. */
  readonly rss: number;
  /** Open ones that HTTP upgrades have given to the application. */
  readonly upgradedConnections: number;
}

/** The figures that add up: over the processes of a pool, and over those that it had before. */
export interface Totals {
  /** Requests that the web server no longer wanted, or lost. */
  readonly aborted: number;
  readonly acceptedConnections: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Requests whose response could not be sent to its end. */
  readonly brokenOff: number;
  /** Seconds of the processor. */
  readonly cpu: number;
  /** How many requests have ended within 1, 5, 10, 25, 50, 100, 250, 500 ms, 1, 2.5, 5, 10, 30 and 60 s, and last how many took longer. */
  readonly durations: readonly number[];
  /** Seconds that all ended requests took. */
  readonly durationSum: number;
  /** Errors of requests, as `onError` gets them. */
  readonly errors: number;
  readonly refused: number;
  readonly requests: number;
  /** How many responses there were with a status of 1xx, 2xx, 3xx, 4xx, 5xx. */
  readonly responses: readonly number[];
}

/** What is kept of one request: nothing that lets others act in a user's name. */
export interface RequestFigures {
  readonly contentLength: number;
  /** Milliseconds, so far or to its end. */
  readonly duration: number;
  readonly method: string;
  readonly script: string;
  /** Without the query, which may hold tokens. */
  readonly uri: string;
  readonly user: string;
}

/** Seconds. */
export const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** Characters of a text; what is longer is cut. */
export const LONGEST_TEXT = 256;

/** How many kinds of status there are. */
const KINDS = 5;

/** Nothing yet. */
export const NO_TOTALS: Totals = {
  aborted: 0,
  brokenOff: 0,
  acceptedConnections: 0,
  bytesReceived: 0,
  bytesSent: 0,
  cpu: 0,
  durations: zeros(BUCKETS.length + 1),
  durationSum: 0,
  errors: 0,
  refused: 0,
  requests: 0,
  responses: zeros(KINDS),
};

/** Both together. */
export function addTotals(one: Totals, other: Totals): Totals {
  const sum = (name: NumberName) => [name, one[name] + other[name]];
  const sums = (name: ListName) => [name, one[name].map((count, index) => count + (other[name][index] ?? 0))];
  return Object.fromEntries([...TOTAL_NUMBERS.map(sum), ...LISTS.map(sums)]);
}

type ListName = 'durations' | 'responses';
type NumberName = Exclude<keyof Totals, ListName>;

const LISTS: readonly ListName[] = ['durations', 'responses'];
const TOTAL_NUMBERS = Object.keys(NO_TOTALS).filter(
  (name): name is NumberName => !(LISTS as readonly string[]).includes(name),
);

const CURRENT = [
  'activeRequests',
  'connections',
  'eventLoopDelay',
  'eventLoopUtilization',
  'heapUsed',
  'rss',
  'upgradedConnections',
];
const NUMBERS = [...TOTAL_NUMBERS, ...CURRENT];
const TEXTS = ['method', 'script', 'uri', 'user'];

/** Reads figures that came from a process that may be less trusted: `undefined` where they are not of the form. */
export function readFigures(given: unknown): Figures | undefined {
  if (!isObject(given)) return undefined;
  const { request } = given;
  const known = request === undefined ? undefined : readRequest(request);
  if (request !== undefined && known === undefined) return undefined;
  if (!NUMBERS.every((name) => isFigure(given[name]))) return undefined;
  if (!LISTS.every((name) => isListLike(NO_TOTALS[name], given[name]))) return undefined;
  const names = [...NUMBERS, ...LISTS];
  const entries: Array<readonly unknown[]> = names.map((name) => [name, given[name]]);
  if (known !== undefined) entries.push(['request', known]);
  return Object.fromEntries(entries);
}

function readRequest(given: unknown): RequestFigures | undefined {
  if (!isObject(given) || !isFigure(given['contentLength']) || !isFigure(given['duration'])) return undefined;
  if (!TEXTS.every((name) => typeof given[name] === 'string')) return undefined;
  const texts = TEXTS.map((name) => [name, (given[name] as string).slice(0, LONGEST_TEXT)]);
  const { contentLength, duration } = given;
  return { contentLength, duration, ...Object.fromEntries(texts) } as RequestFigures;
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null;
}

function isListLike(model: readonly number[], given: unknown): boolean {
  return Array.isArray(given) && given.length === model.length && given.every(isFigure);
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function isFigure(given: unknown): boolean {
  return typeof given === 'number' && given >= 0 && given < Number.POSITIVE_INFINITY;
}
