import { type Bytes, join, pairs, record } from 'test-support';

/** The numbers of FastCGI 1.0, written down again: expected bytes must not come from what is tested. */
export const Type = {
  begin: 1,
  abort: 2,
  end: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  data: 8,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const;

/** Names and values, in order; repeated names are sent as often as they stand here. */
export type ParamList = Readonly<Record<string, string>> | ReadonlyArray<readonly [Bytes, Bytes]>;

/** What the tests send beside what they are about. */
export const GET: Readonly<Record<string, string>> = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/',
  SERVER_PROTOCOL: 'HTTP/1.1',
};

/** What can be told about a request that is sent as a whole. */
export interface RequestOptions {
  readonly body?: Bytes;
  readonly keepConn?: boolean;
  readonly params?: ParamList;
  readonly role?: number;
}

/** BEGIN_REQUEST (section 5.1). */
export function begin(
  requestId: number,
  { flags, keepConn = false, role = 1 }: { flags?: number; keepConn?: boolean; role?: number } = {},
): Uint8Array {
  const allFlags = flags ?? (keepConn ? 1 : 0);
  return record(Type.begin, requestId, [role >> 8, role & 255, allFlags, 0, 0, 0, 0, 0]);
}

/** A complete PARAMS stream: one record and the empty one. */
export function params(requestId: number, list: ParamList = GET): Uint8Array {
  return join(paramsRecord(requestId, list), record(Type.params, requestId));
}

/** One record of PARAMS, with nothing after it. */
export function paramsRecord(requestId: number, list: ParamList = GET): Uint8Array {
  return record(Type.params, requestId, pairs(Array.isArray(list) ? list : Object.entries(list)));
}

/** STDIN: the record with these bytes, or the empty one that ends it. */
export function stdin(requestId: number, bytes: Bytes = ''): Uint8Array {
  return record(Type.stdin, requestId, bytes);
}

/** DATA: the record with these bytes, or the empty one that ends it. */
export function data(requestId: number, bytes: Bytes = ''): Uint8Array {
  return record(Type.data, requestId, bytes);
}

/** ABORT_REQUEST (section 5.4). */
export function abort(requestId: number): Uint8Array {
  return record(Type.abort, requestId);
}

/** Everything of one request. */
export function request(requestId: number, options: RequestOptions = {}): Uint8Array {
  const body = join(options.body ?? '');
  return join(
    begin(requestId, options),
    params(requestId, options.params),
    body.length === 0 ? '' : stdin(requestId, body),
    stdin(requestId),
  );
}

/** The params of a POST with a body of that length. */
export function post(length: number, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...GET, REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(length), ...more };
}
