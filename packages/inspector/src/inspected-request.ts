import type { CgiResponseHead } from '@fcgi-js/client';

/** The streams of a request, by the types of their records: PARAMS 4, STDIN 5, STDOUT 6, STDERR 7, DATA 8. */
export type StreamType = 4 | 5 | 6 | 7 | 8;

/** The two numbers of END_REQUEST (FastCGI 1.0 §5.5). */
export interface RequestEnd {
  /** The application's exit status. */
  readonly appStatus: number;
  /** 0 to 3 in the specification; other numbers are kept as they came. */
  readonly protocolStatus: number;
}

/** One request of a connection, up to the record that was pushed last. The object stays the same until the request ends. */
export interface InspectedRequest {
  /** Whether ABORT_REQUEST has come. */
  readonly aborted: boolean;
  /** Bytes of STDOUT after the head of the response. */
  readonly bodyLength: number;
  /** What END_REQUEST says; `undefined` until it comes. */
  readonly end: RequestEnd | undefined;
  /** The head of the response; `undefined` until it is complete, and where it is not valid. */
  readonly head: CgiResponseHead | undefined;
  /** The request ID of its records. Another request may have it after this one has ended. */
  readonly id: number;
  /** Whether BEGIN_REQUEST has the flag FCGI_KEEP_CONN; `true` where only the application's direction is visible. */
  readonly keepConn: boolean;
  /** The params so far, of 1 MiB of PARAMS at most. A name that comes twice has its last value. */
  readonly params: ReadonlyMap<string, string>;
  /** The number in BEGIN_REQUEST, 1 for a responder; 1 where only the application's direction is visible. */
  readonly role: number;
  /** Bytes of one stream so far. */
  lengthOf(type: StreamType): number;
}
