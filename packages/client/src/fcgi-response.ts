import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CgiResponseHead, CgiResponseKind, HeaderField } from './cgi-response-head.ts';

/** How a request ended: END_REQUEST (FastCGI 1.0 §5.5) and what came on STDERR. */
export interface FcgiEnd {
  /** The application's own status, 0 to 2^32 - 1; for a CGI program its exit status. */
  readonly appStatus: number;
  /** 0 to 255; compare it with `ProtocolStatus`. */
  readonly protocolStatus: number;
  /** STDERR as a whole, up to the limit. Text from outside: see `escapeLogText`. */
  readonly stderr: string;
  /** Bytes of STDERR above the limit, which were dropped. */
  readonly stderrDropped: number;
}

/** The parts that a response is made of. */
export interface FcgiResponseParts {
  readonly body: Readable;
  readonly ended: Promise<FcgiEnd>;
  readonly head: CgiResponseHead;
  readonly stderr: () => string;
}

/** The answer of an application: its head, and a body that comes as it is read. */
export class FcgiResponse {
  /**
   * The body. Read it to its end or destroy it: until then the connection is in use. A body that breaks off
   * emits the error that `ended` rejects with.
   */
  readonly body: Readable;
  /** The value of Content-Length, or `undefined`. The body is given as it came, whatever its length is. */
  readonly contentLength: number | undefined;
  /**
   * How the request ended. Rejects where it did not: the connection broke off, it was aborted, a time-out ran
   * out. A rejection without a handler is not reported.
   */
  readonly ended: Promise<FcgiEnd>;
  /** All fields but Status, in the order they came; repeated ones, such as Set-Cookie, stay apart. */
  readonly headers: HeaderField[];
  readonly kind: CgiResponseKind;
  /** The value of Location, or `undefined`. */
  readonly location: string | undefined;
  /** The reason phrase as the application wrote it; may be ''. */
  readonly reason: string;
  /** 100 to 999. Without a Status field it is 302 where there is a Location, otherwise 200. */
  readonly status: number;
  readonly #stderr: () => string;

  /** @internal */
  constructor({ body, ended, head, stderr }: FcgiResponseParts) {
    this.body = body;
    this.contentLength = head.contentLength;
    this.ended = ended;
    this.headers = head.headers;
    this.kind = head.kind;
    this.location = head.location;
    this.reason = head.reason;
    this.status = head.status;
    this.#stderr = stderr;
  }

  /** What has come on STDERR so far, up to the limit. Text from outside: see `escapeLogText`. */
  get stderr(): string {
    return this.#stderr();
  }

  /**
   * The value of a header field.
   *
   * @param name in any case
   * @returns the first value, or `undefined` where there is none
   */
  header(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.headers.find((field) => field[0].toLowerCase() === wanted)?.[1];
  }

  /**
   * Reads the body as UTF-8.
   *
   * @returns rejects where the body breaks off
   */
  async text(): Promise<string> {
    return await text(this.body);
  }

  /**
   * Reads the body as JSON.
   *
   * @returns rejects with a SyntaxError where it is none, and where the body breaks off
   */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /**
   * What an Authorizer passes on to the request that it allows: the fields `Variable-NAME: value` of a response
   * with status 200 (FastCGI 1.0 §6.3). With any other status the request is denied and there are none.
   *
   * @returns values by NAME, as the application wrote it; of a repeated name the last value
   */
  variables(): Map<string, string> {
    const variables = new Map<string, string>();
    if (this.status !== 200) return variables;
    for (const [name, value] of this.headers) {
      if (/^variable-./i.test(name)) variables.set(name.slice('Variable-'.length), value);
    }
    return variables;
  }
}
