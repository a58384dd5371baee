import type { ResolvedAsk } from './ask.ts';

/** A header field that is left out of the comparison. */
export interface ExpectedDifference {
  /** In lower case. */
  readonly field: string;
  /** Of which requests; by default of all. */
  readonly version?: ResolvedAsk['version'];
  /** Only where this is the value; by default any. */
  readonly value?: string;
  readonly because: string;
}

/**
 * Where an answer over FastCGI is meant to differ from one of `http.createServer`. Everything else is a bug. What
 * applications see differently is in the tests that say so: `rawHeaders` in another order, and a `req` that is closed
 * in some cases in which Node leaves it open for ever.
 */
export const EXPECTED_DIFFERENCES: readonly ExpectedDifference[] = [
  { field: 'connection', because: 'the connection to the browser is the web server’s' },
  { field: 'keep-alive', because: 'the connection to the browser is the web server’s' },
  { field: 'transfer-encoding', because: 'the web server frames the body as it likes' },
  { field: 'upgrade', because: 'a request to a FastCGI application cannot become anything else' },
  { field: 'trailer', because: 'FastCGI has no trailers' },
  {
    field: 'content-length',
    version: '1.0',
    because:
      'Node marks the end of a body by closing the connection; we send the length wherever it is known',
  },
  { field: 'x-accel-buffering', value: 'no', because: 'it asks nginx to pass a stream on as it comes' },
];

/** The fields of an answer that are to be the same over HTTP and over FastCGI. */
export function comparable(
  fields: ReadonlyArray<readonly [name: string, value: string]>,
  ask: ResolvedAsk,
): Array<readonly [name: string, value: string]> {
  return fields
    .filter((field) => !isExpected(field, ask))
    .map(([name, value]) => [name, clockless(name, value)]);
}

function isExpected([name, value]: readonly [string, string], ask: ResolvedAsk): boolean {
  return EXPECTED_DIFFERENCES.some(
    (difference) =>
      difference.field === name.toLowerCase() &&
      (difference.version ?? ask.version) === ask.version &&
      (difference.value ?? value) === value,
  );
}

/** The two servers are asked one after the other: a Date of this minute is as good as another. */
function clockless(name: string, value: string): string {
  return name === 'Date' && Math.abs(Date.now() - Date.parse(value)) < 60_000 ? 'now' : value;
}
