import type { ErrorScope } from '@fcgi-js/protocol';
import type { FcgiClientErrorCode, FcgiErrorSide } from './errors.ts';

/** For each code who broke the rule, and what the error ends. */
export const ERROR_RULES: Record<FcgiClientErrorCode, readonly [side: FcgiErrorSide, scope: ErrorScope]> = {
  FCGI_BODY_UNREAD: ['caller', 'request'],
  FCGI_CLIENT_CLOSED: ['caller', 'request'],
  FCGI_CONNECT_FAILED: ['network', 'connection'],
  FCGI_CONNECT_TIMEOUT: ['network', 'connection'],
  FCGI_CONNECTION_CLOSED: ['application', 'connection'],
  FCGI_DATA_LENGTH_MISMATCH: ['caller', 'request'],
  FCGI_FIRST_BYTE_TIMEOUT: ['application', 'request'],
  FCGI_HEAD_DUPLICATE_FIELD: ['application', 'request'],
  FCGI_HEAD_FOLDED_LINE: ['application', 'request'],
  FCGI_HEAD_INVALID_LINE: ['application', 'request'],
  FCGI_HEAD_INVALID_STATUS: ['application', 'request'],
  FCGI_HEAD_INVALID_VALUE: ['application', 'request'],
  FCGI_HEAD_TOO_LARGE: ['application', 'request'],
  FCGI_HEAD_TOO_MANY_FIELDS: ['application', 'request'],
  FCGI_HEAD_TRUNCATED: ['application', 'request'],
  FCGI_NO_ANSWER: ['application', 'request'],
  FCGI_OUTSIDE_MOUNT: ['caller', 'request'],
  FCGI_QUEUE_FULL: ['caller', 'request'],
  FCGI_REQUEST_REJECTED: ['application', 'request'],
  FCGI_SOURCE_FAILED: ['caller', 'request'],
  FCGI_STALL_TIMEOUT: ['application', 'request'],
  FCGI_STDIN_LENGTH_MISMATCH: ['caller', 'request'],
  FCGI_STDOUT_AFTER_END: ['application', 'connection'],
  FCGI_TARGET_INVALID: ['caller', 'request'],
  FCGI_TOTAL_TIMEOUT: ['application', 'request'],
  FCGI_UNEXPECTED_RECORD: ['application', 'connection'],
  FCGI_UNKNOWN_REQUEST_ID: ['application', 'connection'],
  FCGI_UNREAD_TIMEOUT: ['caller', 'request'],
};
