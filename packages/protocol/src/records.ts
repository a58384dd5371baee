import type { RecordType } from './constants.ts';

/** BEGIN_REQUEST (§5.1): the web server starts a request. */
export interface BeginRequestRecord {
  readonly type: typeof RecordType.BeginRequest;
  readonly requestId: number;
  /** What the application is asked to be; any 16-bit number, so compare it with `Role`. */
  readonly role: number;
  /** All eight flag bits as received. */
  readonly flags: number;
  /** FCGI_KEEP_CONN: the web server keeps the connection after this request. */
  readonly keepConn: boolean;
}

/** ABORT_REQUEST (§5.4): the web server no longer wants the answer. */
export interface AbortRequestRecord {
  readonly type: typeof RecordType.AbortRequest;
  readonly requestId: number;
}

/** END_REQUEST (§5.5): the application has ended the request, or rejects it. */
export interface EndRequestRecord {
  readonly type: typeof RecordType.EndRequest;
  readonly requestId: number;
  /** The application's own status, 0 to 2^32 - 1; for a CGI program its exit status. */
  readonly appStatus: number;
  /** Any number from 0 to 255, so compare it with `ProtocolStatus`. */
  readonly protocolStatus: number;
}

/** A record of one of the five streams (§3.3). Empty content ends the stream. */
export interface StreamRecord {
  readonly type:
    | typeof RecordType.Params
    | typeof RecordType.Stdin
    | typeof RecordType.Stdout
    | typeof RecordType.Stderr
    | typeof RecordType.Data;
  readonly requestId: number;
  readonly content: Uint8Array;
}

/** GET_VALUES (§4.1) or its result: name-value pairs about the application as a whole. */
export interface ValuesRecord {
  readonly type: typeof RecordType.GetValues | typeof RecordType.GetValuesResult;
  readonly requestId: 0;
  /** Name-value pairs; decode them with `NameValueDecoder`. */
  readonly content: Uint8Array;
}

/** UNKNOWN_TYPE (§4.2): the application's answer to a management record it does not know. */
export interface UnknownTypeRecord {
  readonly type: typeof RecordType.UnknownType;
  readonly requestId: 0;
  /** The type that was not known. */
  readonly unknownType: number;
}

/** A record of a type that FastCGI 1.0 does not define. */
export interface UndefinedRecord {
  readonly type: 'undefined';
  readonly requestId: number;
  /** The type number as received: 0, or 12 to 255. */
  readonly undefinedType: number;
  readonly content: Uint8Array;
}

/** One record, decoded. Tell the kinds apart by `type`. */
export type FcgiRecord =
  | AbortRequestRecord
  | BeginRequestRecord
  | EndRequestRecord
  | StreamRecord
  | UndefinedRecord
  | UnknownTypeRecord
  | ValuesRecord;
