import { type Bytes, join, pairs, record } from 'test-support';

/** Record types (FastCGI 1.0, section 8), written down again: what is sent must not come from what is tested. */
export const Type = {
  abort: 2,
  begin: 1,
  data: 8,
  end: 3,
  getValues: 9,
  getValuesResult: 10,
  params: 4,
  stderr: 7,
  stdin: 5,
  stdout: 6,
  unknownType: 11,
} as const;

/** What an application can be asked to be (section 5.1). */
export const Role = { authorizer: 2, filter: 3, responder: 1 } as const;

/** Reasons why a request was not served (section 5.5). */
export const ProtocolStatus = { cantMultiplex: 1, complete: 0, overloaded: 2, unknownRole: 3 } as const;

/** Names and values in the order in which they are sent. */
export type ParamList = ReadonlyArray<readonly [name: Bytes, value: Bytes]>;

/** What can be told about a request beside its URI. */
export interface RequestOptions {
  /** Default none. */
  readonly body?: Bytes;
  /** CONTENT_LENGTH as text; `null` leaves it out. Default the length of the body, and none without a body. */
  readonly contentLength?: string | null;
  /** Request ID, default 1. */
  readonly id?: number;
  /** FCGI_KEEP_CONN, default true. */
  readonly keep?: boolean;
  /** Default POST with a body, otherwise GET. */
  readonly method?: string;
  /** Sent after the usual ones. */
  readonly params?: ParamList;
  /** Default Responder. */
  readonly role?: number;
}

/** BEGIN_REQUEST (section 5.1). */
export function begin(
  id = 1,
  { flags, keep = true, role = 1 }: { flags?: number; keep?: boolean; role?: number } = {},
): Uint8Array {
  return record(Type.begin, id, [role >> 8, role & 0xff, flags ?? (keep ? 1 : 0), 0, 0, 0, 0, 0]);
}

/** A PARAMS stream with its end (section 5.2); `list` must fit one record. */
export function params(id: number, list: ParamList): Uint8Array {
  return join(record(Type.params, id, pairs(list)), record(Type.params, id));
}

/** A stream of bytes that are already encoded, cut into records of at most `size` bytes, without its end. */
export function streamRecords(type: number, id: number, bytes: Uint8Array, size = 65_535): Uint8Array {
  const records: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    records.push(record(type, id, bytes.subarray(offset, offset + size)));
  }
  return join(...records);
}

/** The end of a stream: its empty record (section 3.3). */
export function streamEnd(type: number, id: number): Uint8Array {
  return record(type, id);
}

/** ABORT_REQUEST (section 5.4). */
export function abortRequest(id = 1): Uint8Array {
  return record(Type.abort, id);
}

/** GET_VALUES (section 4.1). */
export function getValues(names: readonly string[]): Uint8Array {
  return record(Type.getValues, 0, pairs(names.map((name) => [name, ''])));
}

/** The params that every web server sends (RFC 3875 §4.1). */
export function usualParams(uri: string, options: RequestOptions = {}): ParamList {
  const { body, params: more = [] } = options;
  const length = body === undefined ? null : String(join(body).length);
  const { contentLength = length, method = body === undefined ? 'GET' : 'POST' } = options;
  const [path = '', query = ''] = uri.split('?');
  const list: Array<readonly [Bytes, Bytes]> = [
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', 'wire'],
    ['SERVER_NAME', 'localhost'],
    ['SERVER_PORT', '80'],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ['REMOTE_ADDR', '127.0.0.1'],
    ['REQUEST_METHOD', method],
    ['SCRIPT_NAME', ''],
    ['PATH_INFO', path],
    ['REQUEST_URI', uri],
    ['QUERY_STRING', query],
  ];
  if (contentLength !== null) list.push(['CONTENT_LENGTH', contentLength]);
  return [...list, ...more];
}

/** BEGIN_REQUEST and PARAMS of a request, without its STDIN. */
export function requestHead(uri: string, options: RequestOptions = {}): Uint8Array {
  const { id = 1, keep = true, role = Role.responder } = options;
  return join(begin(id, { keep, role }), params(id, usualParams(uri, options)));
}

/** STDIN with its end. */
export function requestBody(body: Bytes = '', id = 1): Uint8Array {
  return join(streamRecords(Type.stdin, id, join(body)), streamEnd(Type.stdin, id));
}

/** A whole request. */
export function request(uri: string, options: RequestOptions = {}): Uint8Array {
  return join(requestHead(uri, options), requestBody(options.body, options.id));
}

/** Whole records with another request ID in each of them. */
export function withId(records: Uint8Array, id: number): Uint8Array {
  const copy = records.slice();
  for (let offset = 0; offset < copy.length; ) {
    copy[offset + 2] = id >> 8;
    copy[offset + 3] = id & 0xff;
    offset += 8 + copy[offset + 4]! * 256 + copy[offset + 5]! + copy[offset + 6]!;
  }
  return copy;
}
