import { checkOptions, FcgiOptionError, OBJECT, type OptionKinds } from '@fcgi-js/protocol/options';
import { isFieldValue, isToken } from '../cgi/field-syntax.ts';
import { formatAuthorizerHead, type HeaderField, isBodyless } from '../cgi/response-head.ts';
import { errors } from '../errors.ts';
import { http } from '../node-http.ts';
import type { FcgiRequest } from '../request/fcgi-request.ts';
import type { FcgiRequestHandler } from '../request/request-handler.ts';

/** Access is granted; made by {@link allow}. */
export interface Allowed {
  readonly allowed: true;
  /** What the web server adds to the meta-variables of the request, by name. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Access is refused; made by {@link deny}. */
export interface Denied {
  readonly allowed: false;
  /** HTTP status, 300 to 599. */
  readonly status: number;
  /** Response header fields, in order. */
  readonly headers: readonly HeaderField[];
  /** What the browser is shown, where the web server passes it on. */
  readonly body: string | Uint8Array;
}

/** What an authorizer decides. */
export type AuthorizerDecision = Allowed | Denied;

/** What {@link deny} may be told beside the status. */
export interface DenyOptions {
  /**
   * What the browser is shown, where the web server passes it on.
   *
   * @defaultValue the status in words
   */
  readonly body?: string | Uint8Array | undefined;
  /** Response header fields, such as `WWW-Authenticate` or `Location`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const DENY_OPTIONS: OptionKinds<DenyOptions> = {
  body: {
    words: 'text or bytes',
    accepts: (value) => typeof value === 'string' || value instanceof Uint8Array,
  },
  headers: OBJECT,
};

/**
 * Grants access (FastCGI 1.0 §6.3).
 *
 * @param variables meta-variables that the web server adds to the request, such as `REMOTE_USER`
 * @throws FcgiOptionError where a name or value cannot be sent
 */
export function allow(variables: Readonly<Record<string, string>> = {}): Allowed {
  return { allowed: true, variables: new Map(checkedFields('allow', variables)) };
}

/**
 * Refuses access (§6.3).
 *
 * @param status 300 to 599, such as 401, 403, or 302 with a `Location`
 * @throws FcgiOptionError where the status would grant access, a header field cannot be sent, or an option is unknown
 *   or of the wrong kind
 */
export function deny(status = 403, options: DenyOptions = {}): Denied {
  if (!refuses(status)) {
    throw new FcgiOptionError(
      `deny() takes a status from 300 to 599, because others may grant access, but not ${status}.`,
    );
  }
  checkOptions('deny()', options, DENY_OPTIONS);
  const fields = checkedFields('deny', options.headers ?? {});
  const body = options.body ?? `${http.STATUS_CODES[status] ?? status}\n`;
  const hasType = fields.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    allowed: false,
    status,
    headers: hasType ? fields : [...fields, ['Content-Type', 'text/plain; charset=utf-8']],
    body,
  };
}

/**
 * Makes a handler of a function that decides who may see what, for the role Authorizer.
 *
 * ```ts
 * createServer({ authorizer: fromAuthorizer(async ({ params }) => (await knows(params)) ? allow() : deny(401)) });
 * ```
 *
 * A function that throws, or decides nothing, refuses with 500.
 *
 * @param decide called for every request, of which there is no body (§6.3); what it returns or resolves to counts
 * @throws FcgiOptionError where it is no function
 */
export function fromAuthorizer(
  decide: (request: FcgiRequest) => AuthorizerDecision | Promise<AuthorizerDecision>,
): FcgiRequestHandler {
  if (typeof decide !== 'function') {
    throw new FcgiOptionError('fromAuthorizer() takes a function that returns allow() or deny().');
  }
  return async (request) => {
    const decision: AuthorizerDecision | undefined = await decide(request);
    if (decision?.allowed === true) grant(request, decision);
    else if (decision?.allowed === false && refuses(decision.status)) refuse(request, decision);
    else throw errors.FCGI_HANDLER_FAILED.decision();
  };
}

/** Whether web servers take a status for a refusal; others grant access. */
function refuses(status: number): boolean {
  return Number.isInteger(status) && status >= 300 && status <= 599;
}

function grant(request: FcgiRequest, { variables }: Allowed): void {
  const fields: HeaderField[] = [];
  for (const [name, value] of variables) fields.push([`Variable-${name}`, value]);
  request.output.write(formatAuthorizerHead(200, 'OK', fields), 'latin1');
}

function refuse(request: FcgiRequest, { status, headers, body }: Denied): void {
  const bodyless = isBodyless(status, request.params.get('REQUEST_METHOD') ?? '');
  request.output.write(formatAuthorizerHead(status, http.STATUS_CODES[status] ?? '', headers), 'latin1');
  if (!bodyless) request.output.write(body);
}

function checkedFields(caller: string, fields: Readonly<Record<string, string>>): HeaderField[] {
  return Object.entries(fields).map(([name, value]) => {
    if (!isToken(name)) throw new FcgiOptionError(`${caller}(): "${name}" is not a name that can be sent.`);
    if (typeof value !== 'string' || !isFieldValue(value)) {
      throw new FcgiOptionError(
        `${caller}(): the value of ${name} must be text of bytes (U+0020 to U+00FF, no line ends).`,
      );
    }
    return [name, value];
  });
}
