/**
 * The numbers and names of the FastCGI specification 1.0, section 8 ("Types and Constants").
 */

/** File descriptor of the listening socket that a web server hands to an application it starts (§2.2). */
export const FCGI_LISTENSOCK_FILENO = 0;

/** The only version of the protocol there is (§3.3). */
export const FCGI_VERSION_1 = 1;

/** Bytes in a record header (§3.3). */
export const FCGI_HEADER_LEN = 8;

/** Largest `contentLength` of one record, in bytes (§3.3: two bytes). */
export const FCGI_MAX_LENGTH = 0xffff;

/** The null request ID, carried by every management record (§3.3). */
export const FCGI_NULL_REQUEST_ID = 0;

/** The bit of the BEGIN_REQUEST flags that asks for a kept connection (§5.1). */
export const FCGI_KEEP_CONN = 1;

/** GET_VALUES name: how many connections the application accepts at once (§4.1). */
export const FCGI_MAX_CONNS = 'FCGI_MAX_CONNS';

/** GET_VALUES name: how many requests the application serves at once (§4.1). */
export const FCGI_MAX_REQS = 'FCGI_MAX_REQS';

/** GET_VALUES name: "1" if the application multiplexes connections, otherwise "0" (§4.1). */
export const FCGI_MPXS_CONNS = 'FCGI_MPXS_CONNS';

/** Record types (§8, "Values for type component of FCGI_Header"). */
export const RecordType = {
  BeginRequest: 1,
  AbortRequest: 2,
  EndRequest: 3,
  Params: 4,
  Stdin: 5,
  Stdout: 6,
  Stderr: 7,
  Data: 8,
  GetValues: 9,
  GetValuesResult: 10,
  UnknownType: 11,
} as const;

/** One of the eleven record types of FastCGI 1.0. */
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

/** A record type whose records make up a stream (§3.3, "stream record"). */
export type StreamType =
  | typeof RecordType.Params
  | typeof RecordType.Stdin
  | typeof RecordType.Stdout
  | typeof RecordType.Stderr
  | typeof RecordType.Data;

/** Roles of an application (§6). */
export const Role = {
  Responder: 1,
  Authorizer: 2,
  Filter: 3,
} as const;

/** One of the three roles of FastCGI 1.0. */
export type Role = (typeof Role)[keyof typeof Role];

/** How a request ended at the protocol's level: `protocolStatus` of END_REQUEST (§5.5). */
export const ProtocolStatus = {
  RequestComplete: 0,
  CantMpxConn: 1,
  Overloaded: 2,
  UnknownRole: 3,
} as const;

/** One of the four protocol statuses of FastCGI 1.0. */
export type ProtocolStatus = (typeof ProtocolStatus)[keyof typeof ProtocolStatus];
