import type { Params } from '../cgi/params.ts';
import type { Refusal } from './refusal.ts';
import type { RequestState } from './request-state.ts';

/** What came out of the bytes of a connection; see `next()` of the multiplexer. */
export type MultiplexerEvent<Owner> =
  /** The params are complete: the application can start. If no body follows, the state is not receiving. */
  | { readonly kind: 'request'; readonly state: RequestState<Owner>; readonly params: Params }
  /** Bytes of STDIN or DATA. */
  | {
      readonly kind: 'body';
      readonly state: RequestState<Owner>;
      readonly stream: 'data' | 'stdin';
      readonly content: Uint8Array;
    }
  /** STDIN or DATA has ended; `missing` bytes of the announced length never came. */
  | {
      readonly kind: 'body-end';
      readonly state: RequestState<Owner>;
      readonly stream: 'data' | 'stdin';
      readonly missing: number;
    }
  /** More of STDIN or DATA came than was announced, for the first time; it is discarded. */
  | { readonly kind: 'body-surplus'; readonly state: RequestState<Owner>; readonly stream: 'data' | 'stdin' }
  /** A body that cannot be accepted, of a request that the application has; no more of it comes. */
  | { readonly kind: 'body-refused'; readonly state: RequestState<Owner>; readonly refusal: Refusal }
  /** The web server no longer wants the answer (§5.4). */
  | { readonly kind: 'abort'; readonly state: RequestState<Owner> }
  /** The request is not given to the application. */
  | {
      readonly kind: 'refuse';
      readonly requestId: number;
      readonly keepConn: boolean;
      readonly refusal: Refusal;
    }
  /** Bytes to be sent: the answer to a management record. */
  | { readonly kind: 'reply'; readonly bytes: Uint8Array };
