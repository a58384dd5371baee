import { buffer } from 'node:stream/consumers';
import { FcgiClientError, type FcgiResponse } from '@fcgi-js/client';
import { decodeLatin1 } from '@fcgi-js/inspector';
import { jsonText } from '@fcgi-js/inspector/text';
import type { CommandFailure, ForeseenError } from '../command-failure.ts';
import type { Stopwatch } from './stopwatch.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The whole response as one line of JSON. A body that is not UTF-8 is in base64, and `bodyEncoding` says so.
 *
 * @throws as `response.ended` does
 */
export async function responseJson(
  address: string,
  response: FcgiResponse,
  stopwatch: Stopwatch,
): Promise<string> {
  const body = await buffer(response.body);
  const { appStatus, protocolStatus, stderr, stderrDropped } = await response.ended;
  stopwatch.stop('total');
  return line({
    address,
    status: response.status,
    reason: response.reason,
    headers: response.headers.map(([name, value]) => [name, decodeLatin1(value)]),
    ...encode(body),
    stderr,
    ...(stderrDropped > 0 ? { stderrDropped } : {}),
    appStatus,
    protocolStatus,
    timing: stopwatch.timing,
  });
}

/** Why there is no response, as one line of JSON. */
export function failureJson(
  address: string,
  error: Exclude<ForeseenError, CommandFailure>,
  stopwatch: Stopwatch,
): string {
  const { code, message } = error;
  const { side, stderr } = error instanceof FcgiClientError ? error : { side: 'application', stderr: '' };
  return line({ address, error: { code, message, side }, stderr, timing: stopwatch.timing });
}

function encode(body: Uint8Array): { body: string; bodyEncoding: 'base64' | 'utf8' } {
  try {
    return { body: utf8.decode(body), bodyEncoding: 'utf8' };
  } catch {
    return { body: Buffer.from(body).toString('base64'), bodyEncoding: 'base64' };
  }
}

function line(value: object): string {
  return `${jsonText(value)}\n`;
}
