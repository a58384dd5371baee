import type { Readable } from 'node:stream';
import type { HeaderField } from '../cgi-response-head.ts';

/** What a gateway sends to the HTTP client: the response of an application, or a file in its place. */
export interface GatewayAnswer {
  readonly body: Readable;
  readonly contentLength: number | undefined;
  readonly headers: readonly HeaderField[];
  readonly reason: string;
  readonly status: number;
}
