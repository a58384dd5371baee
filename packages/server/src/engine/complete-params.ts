import { RemoteProtocolError } from '@fcgi-js/protocol';
import { hasUndecodedBody, INVALID_LENGTH, lengthOf, NO_LENGTH } from '../cgi/meta-variables.ts';
import { Params } from '../cgi/params.ts';
import type { ResolvedLimits } from '../limits.ts';
import { bodyTooLarge, invalidLength, type Refusal, unacceptableParams, undecodedBody } from './refusal.ts';

/** The params of a request, and the lengths that they announce; {@link NO_LENGTH} where they announce none. */
export interface CompleteParams {
  readonly contentLength: number;
  /** 0 or more bytes of FCGI_DATA. */
  readonly dataLength: number;
  readonly params: Params;
}

/**
 * Reads the params of a request that have all come.
 *
 * @param bytes the content of its PARAMS records
 * @param expectsData whether FCGI_DATA follows the body
 * @returns what is in them, or what refuses the request
 */
export function completeParams(
  bytes: Buffer,
  expectsData: boolean,
  limits: ResolvedLimits,
): { readonly complete: CompleteParams } | { readonly refusal: Refusal } {
  let params: Params;
  try {
    params = Params.decodeInPlace(bytes, { bytes: limits.paramsBytes, pairs: limits.paramsCount });
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    return { refusal: unacceptableParams(error.message, error.code === 'FCGI_PAIR_TRUNCATED') };
  }
  const contentLength = lengthOf(params, 'CONTENT_LENGTH');
  const dataLength = expectsData ? lengthOf(params, 'FCGI_DATA_LENGTH') : NO_LENGTH;
  if (contentLength === INVALID_LENGTH) return { refusal: invalidLength('CONTENT_LENGTH') };
  if (dataLength === INVALID_LENGTH) return { refusal: invalidLength('FCGI_DATA_LENGTH') };
  if (contentLength > limits.bodyBytes) return { refusal: bodyTooLarge(contentLength, limits.bodyBytes) };
  if (contentLength === NO_LENGTH && hasUndecodedBody(params)) return { refusal: undecodedBody() };
  return { complete: { contentLength, dataLength, params } };
}
