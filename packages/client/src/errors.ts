import type { ErrorScope } from '@fcgi-js/protocol';
import { ERROR_RULES, type FcgiClientErrorCode, type FcgiErrorSide } from './error-rules.ts';

/** What an error can carry besides its message. */
export interface FcgiClientErrorDetails {
  /** What led to it, for example the error of the operating system. */
  readonly cause?: unknown;
  /** What the application had written to STDERR for this request. */
  readonly stderr?: string | undefined;
}

/**
 * A request has failed. Bytes that break the protocol itself come as `RemoteProtocolError` instead, and what
 * the protocol cannot express as `LocalProtocolError`.
 *
 * The message gives the rule and the numbers, never what the peer sent.
 */
export class FcgiClientError extends Error {
  override readonly name: string = 'FcgiClientError';
  /** Which rule was broken; stable over versions. */
  readonly code: FcgiClientErrorCode;
  /** `'connection'`: the connection was closed over it. `'request'`: only this request is lost. */
  readonly scope: ErrorScope;
  /** Who broke the rule. */
  readonly side: FcgiErrorSide;
  /**
   * What the application had written to STDERR for this request, where the error is about one request; it often
   * has the reason. Text from outside: escape it with `escapeLogText` before it goes to a log or a terminal.
   */
  readonly stderr: string;

  constructor(
    code: FcgiClientErrorCode,
    message: string,
    { cause, stderr = '' }: FcgiClientErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    [this.side, this.scope] = ERROR_RULES[code];
    this.stderr = stderr;
  }
}
