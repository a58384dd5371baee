/** One request, to be asked over HTTP and over FastCGI alike. */
export interface Ask {
  /**
   * The body, which is sent at once. Without one, and with {@link contentLength} or {@link chunked}, the course of
   * the test sends it.
   */
  readonly body?: string | Uint8Array;
  /** Whether the length of the body is left open: Transfer-Encoding over HTTP, no CONTENT_LENGTH over FastCGI. */
  readonly chunked?: boolean;
  /** What Content-Length announces; by default the length of {@link body}. */
  readonly contentLength?: number;
  /** Header fields in their usual spelling, each character one byte; Host is added, and the length of the body. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>;
  /** By default GET, or POST where there is a body. */
  readonly method?: string;
  /** Params of the FastCGI request beside those that nginx sends, or in their place. */
  readonly params?: Readonly<Record<string, string>>;
  /** Path and query; by default `/`. */
  readonly path?: string;
  /** The version of HTTP that the browser speaks; by default 1.1. */
  readonly version?: '1.0' | '1.1';
}

/** What is asked, with nothing left open. */
export interface ResolvedAsk {
  readonly body: Buffer | undefined;
  readonly chunked: boolean;
  readonly contentLength: number | undefined;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly path: string;
  readonly version: '1.0' | '1.1';
}

/** Fills in the defaults. */
export function resolveAsk(ask: Ask): ResolvedAsk {
  const body = ask.body === undefined ? undefined : Buffer.from(ask.body);
  const chunked = ask.chunked ?? false;
  const contentLength = ask.contentLength ?? (chunked ? undefined : body?.length);
  const hasBody = chunked || contentLength !== undefined;
  return {
    body,
    chunked,
    contentLength,
    headers: ask.headers ?? [],
    method: ask.method ?? (hasBody ? 'POST' : 'GET'),
    params: ask.params ?? {},
    path: ask.path ?? '/',
    version: ask.version ?? '1.1',
  };
}
