import type { ErrorScope } from '@fcgi-js/protocol';

/** Stable codes of {@link FcgiClientError}; each has a heading in `docs/errors.md`. */
export type FcgiClientErrorCode =
  | 'FCGI_ANSWER_MISSING'
  | 'FCGI_BODY_UNREAD'
  | 'FCGI_CLIENT_CLOSED'
  | 'FCGI_CLIENT_CUT_OFF'
  | 'FCGI_CONNECTION_CLOSED'
  | 'FCGI_CONNECT_FAILED'
  | 'FCGI_CONNECT_TIMEOUT'
  | 'FCGI_DATA_LENGTH_MISMATCH'
  | 'FCGI_FIRST_BYTE_TIMEOUT'
  | 'FCGI_HEAD_FIELDS_EXCEEDED'
  | 'FCGI_HEAD_FIELD_DUPLICATE'
  | 'FCGI_HEAD_LINE_FOLDED'
  | 'FCGI_HEAD_LINE_INVALID'
  | 'FCGI_HEAD_STATUS_INVALID'
  | 'FCGI_HEAD_TOO_LARGE'
  | 'FCGI_HEAD_TRUNCATED'
  | 'FCGI_HEAD_VALUE_INVALID'
  | 'FCGI_PARAM_NAME_INVALID'
  | 'FCGI_PATH_OUTSIDE_MOUNT'
  | 'FCGI_QUEUE_FULL'
  | 'FCGI_RECORD_UNEXPECTED'
  | 'FCGI_REQUEST_ID_UNKNOWN'
  | 'FCGI_REQUEST_REJECTED'
  | 'FCGI_SOURCE_FAILED'
  | 'FCGI_STALL_TIMEOUT'
  | 'FCGI_STDERR_TOO_LARGE'
  | 'FCGI_STDIN_LENGTH_MISMATCH'
  | 'FCGI_TARGET_INVALID'
  | 'FCGI_TOTAL_TIMEOUT'
  | 'FCGI_UNREAD_TIMEOUT';

/**
 * Who has to change something: the application that answers, the caller of this package, or the operator of the
 * machines and the network between the two.
 */
export type FcgiErrorSide = 'application' | 'caller' | 'network';

/** For each code who broke the rule, and what the error ends. */
export const ERROR_RULES: Record<FcgiClientErrorCode, readonly [side: FcgiErrorSide, scope: ErrorScope]> = {
  FCGI_ANSWER_MISSING: ['application', 'request'],
  FCGI_BODY_UNREAD: ['caller', 'request'],
  FCGI_CLIENT_CLOSED: ['caller', 'request'],
  FCGI_CLIENT_CUT_OFF: ['caller', 'connection'],
  FCGI_CONNECTION_CLOSED: ['application', 'connection'],
  FCGI_CONNECT_FAILED: ['network', 'connection'],
  FCGI_CONNECT_TIMEOUT: ['network', 'connection'],
  FCGI_DATA_LENGTH_MISMATCH: ['caller', 'request'],
  FCGI_FIRST_BYTE_TIMEOUT: ['application', 'request'],
  FCGI_HEAD_FIELDS_EXCEEDED: ['application', 'request'],
  FCGI_HEAD_FIELD_DUPLICATE: ['application', 'request'],
  FCGI_HEAD_LINE_FOLDED: ['application', 'request'],
  FCGI_HEAD_LINE_INVALID: ['application', 'request'],
  FCGI_HEAD_STATUS_INVALID: ['application', 'request'],
  FCGI_HEAD_TOO_LARGE: ['application', 'request'],
  FCGI_HEAD_TRUNCATED: ['application', 'request'],
  FCGI_HEAD_VALUE_INVALID: ['application', 'request'],
  FCGI_PARAM_NAME_INVALID: ['caller', 'request'],
  FCGI_PATH_OUTSIDE_MOUNT: ['caller', 'request'],
  FCGI_QUEUE_FULL: ['caller', 'request'],
  FCGI_RECORD_UNEXPECTED: ['application', 'connection'],
  FCGI_REQUEST_ID_UNKNOWN: ['application', 'connection'],
  FCGI_REQUEST_REJECTED: ['application', 'request'],
  FCGI_SOURCE_FAILED: ['caller', 'request'],
  FCGI_STALL_TIMEOUT: ['application', 'request'],
  FCGI_STDERR_TOO_LARGE: ['application', 'request'],
  FCGI_STDIN_LENGTH_MISMATCH: ['caller', 'request'],
  FCGI_TARGET_INVALID: ['caller', 'request'],
  FCGI_TOTAL_TIMEOUT: ['application', 'request'],
  FCGI_UNREAD_TIMEOUT: ['caller', 'request'],
};
