import { LocalProtocolError, type NameValueInput, Role } from '@fcgi-js/protocol';
import {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  FcgiOptionError,
  functionSuchAs,
  OBJECT,
  type OptionKinds,
  SIGNAL,
} from '@fcgi-js/protocol/options';
import { announcedLength, SHOWN_CHARACTERS, toText } from './announced-length.ts';
import { FcgiClientError } from './errors.ts';
import { type FcgiInput, Input, isBytes } from './input.ts';
import { type ClientLimits, type ResolvedLimits, resolveLimits } from './limits.ts';

/** Names and values of params: text of which each character stands for one byte (Latin-1), or bytes. */
export type FcgiParams = Iterable<NameValueInput> | Readonly<{ [name: string]: string | Uint8Array }>;

/** The limits that can be set for one request. */
export type FcgiRequestLimits = Pick<
  ClientLimits,
  | 'firstByteTimeout'
  | 'headBytes'
  | 'headFields'
  | 'stallTimeout'
  | 'stderrBytes'
  | 'stderrTotalBytes'
  | 'requestTimeout'
>;

/** A request to an application. */
export interface FcgiRequestOptions {
  /** The file that a Filter works on (§6.4). Announce its length in the param FCGI_DATA_LENGTH, as for `stdin`. */
  readonly data?: FcgiInput | undefined;
  /**
   * Whether the request may be sent a second time where a kept connection turns out to be closed; see
   * `FcgiClient.request`.
   *
   * @defaultValue whether REQUEST_METHOD is GET, HEAD, OPTIONS or TRACE
   */
  readonly idempotent?: boolean | undefined;
  /** Limits for this request, where they differ from the client's. */
  readonly limits?: FcgiRequestLimits | undefined;
  /**
   * Gets what the application writes to STDERR, as it comes, up to `limits.stderrTotalBytes`. It is collected all the same.
   * A callback that throws fails the request.
   */
  readonly onStderr?: ((content: Uint8Array) => void) | undefined;
  /**
   * Sent exactly as given, in this order; no name may have `=` or NUL. `paramsFromRequest` makes them from an HTTP
   * request.
   */
  readonly params: FcgiParams;
  /**
   * What the application is asked to be.
   *
   * @defaultValue `Role.Responder`
   */
  readonly role?: Role | undefined;
  /** Aborts the request: it is rejected with the reason of the signal, and the application gets ABORT_REQUEST. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The body. A param CONTENT_LENGTH must be its length in plain digits, and be there once; it may be empty where there is
   * no body. The bytes of a stream are counted as they are sent: a surplus is not sent, and ends the request.
   *
   * @defaultValue no bytes
   */
  readonly stdin?: FcgiInput | undefined;
}

/** A request that has been checked, ready to be sent, and where possible to be sent again. */
export interface PreparedRequest {
  readonly data: Input | undefined;
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean;
  /** Whether its input is there as a whole, so that it can be sent again. */
  readonly isWhole: boolean;
  readonly limits: ResolvedLimits;
  readonly onStderr: ((content: Uint8Array) => void) | undefined;
  readonly params: NameValueInput[];
  readonly role: Role;
  readonly stdin: Input;
}

const REQUEST_OPTIONS: OptionKinds<FcgiRequestOptions> = {
  data: ANYTHING,
  idempotent: BOOLEAN,
  limits: OBJECT,
  onStderr: functionSuchAs('(content) => process.stderr.write(content)'),
  params: ANYTHING,
  role: ANYTHING,
  signal: SIGNAL,
  stdin: ANYTHING,
};

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Checks a request.
 *
 * @throws FcgiOptionError, LocalProtocolError or FcgiClientError where the caller broke a rule; nothing has been sent
 */
export function prepareRequest(options: FcgiRequestOptions, limits: ResolvedLimits): PreparedRequest {
  checkOptions('request()', options, REQUEST_OPTIONS);
  const { data, onStderr, role = Role.Responder } = options;
  if (role !== Role.Responder && role !== Role.Authorizer && role !== Role.Filter) {
    throw new FcgiOptionError(`role must be one of Role, but it is ${String(role)}.`);
  }
  if (data !== undefined && role !== Role.Filter) {
    throw new FcgiOptionError('Only a Filter gets data (FastCGI 1.0 §6.4).');
  }
  const params = toPairs(options.params);
  const stdin = new Input('stdin', options.stdin, announcedLength(params, 'stdin'));
  const dataInput =
    role === Role.Filter ? new Input('data', data, announcedLength(params, 'data')) : undefined;
  const idempotent = options.idempotent ?? SAFE_METHODS.has(textOf(params, 'REQUEST_METHOD') ?? '');
  const isWhole = stdin.bytes !== undefined && (dataInput === undefined || dataInput.bytes !== undefined);
  return {
    data: dataInput,
    idempotent,
    isWhole,
    limits: resolveRequestLimits(limits, options.limits),
    onStderr,
    params,
    role,
    stdin,
  };
}

function resolveRequestLimits(limits: ResolvedLimits, own: FcgiRequestLimits | undefined): ResolvedLimits {
  if (own === undefined) return limits;
  const {
    firstByteTimeout,
    headBytes,
    headFields,
    stallTimeout,
    stderrBytes,
    stderrTotalBytes,
    requestTimeout,
  } = limits;
  const settable = {
    firstByteTimeout,
    headBytes,
    headFields,
    stallTimeout,
    stderrBytes,
    stderrTotalBytes,
    requestTimeout,
  };
  return { ...limits, ...resolveLimits(settable, own) };
}

function toPairs(params: FcgiParams): NameValueInput[] {
  if (typeof params !== 'object' || params === null)
    throw new FcgiOptionError('params must be pairs or a record.');
  const pairs = isIterable(params) ? [...params] : Object.entries(params);
  checkParams(pairs);
  return pairs;
}

/**
 * Checks names and values.
 *
 * @throws FcgiOptionError, LocalProtocolError or FcgiClientError where one cannot be sent
 */
export function checkParams(pairs: readonly NameValueInput[]): void {
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new FcgiOptionError('A param must be a name and a value.');
    for (const part of pair) checkPart(part);
    checkName(pair[0]);
  }
}

function isIterable(params: FcgiParams): params is Iterable<NameValueInput> {
  return Symbol.iterator in params;
}

/** Here and not only in the encoder, so that no connection is opened for a request that cannot be sent. */
function checkPart(part: unknown): void {
  if (typeof part !== 'string') {
    if (!isBytes(part))
      throw new FcgiOptionError('Names and values of params must be strings or Uint8Arrays.');
    return;
  }
  for (let i = 0; i < part.length; i += 1) {
    if (part.charCodeAt(i) > 0xff) {
      throw new LocalProtocolError(
        'FCGI_TEXT_NOT_LATIN1',
        `Each character of a param stands for one byte, but the one at ${i} is above U+00FF. Encode the text first.`,
      );
    }
  }
}

/**
 * Applications with libfcgi, and CGI programs behind FastCGI, have params as text `NAME=VALUE`: the name
 * `REMOTE_USER=admin` would become another param than its sender means, or one that was checked.
 */
function checkName(name: string | Uint8Array): void {
  const text = toText(name);
  if (!/[=\0]/.test(text)) return;
  throw new FcgiClientError(
    'FCGI_PARAM_NAME_INVALID',
    `The name of a param is ${JSON.stringify(text.slice(0, SHOWN_CHARACTERS))}, but many applications have params as NAME=VALUE: a name must not have "=" or NUL. Leave the param out, or give it another name.`,
  );
}

/** The last value counts, as it does for applications. */
function textOf(params: readonly NameValueInput[], name: string): string | undefined {
  const value = params.findLast((pair) => toText(pair[0]) === name)?.[1];
  return value === undefined ? undefined : toText(value);
}
