import { text } from 'node:stream/consumers';
import { FcgiClient } from '@fcgi-js/client';
import { missingStatus } from '../errors.ts';
import { pathParams } from '../request/path-params.ts';
import type { Secrecy } from '../secrets/secrecy.ts';

/** The JSON of php-fpm's status page, and of whatever has more of the same kind. */
export type Status = Readonly<Record<string, unknown>>;

/** Where a status page is. */
export interface StatusPage {
  readonly address: string;
  /** Whether each process is wanted, too. */
  readonly full: boolean;
  readonly path: string;
  /** What happens to secrets in it: php-fpm shows the query of what it serves. */
  readonly secrecy: Secrecy;
  /** Seconds, of each of the steps: to connect, for the first byte, between two of them, and for all of it. */
  readonly timeout: number;
}

/**
 * Asks for the status of an application's process manager.
 *
 * @throws FcgiClientError or RemoteProtocolError where there is no answer; InspectorError FCGI_STATUS_MISSING where it is no status
 */
export async function readStatus(page: StatusPage, signal: AbortSignal): Promise<Status> {
  const { address, full, path, secrecy, timeout } = page;
  const time = timeout * 1000;
  const limits = { connectTimeout: time, firstByteTimeout: time, stallTimeout: time, requestTimeout: time };
  const client = new FcgiClient({ address, keepConn: false, limits });
  const params = pathParams(path, full ? 'json&full' : 'json');
  try {
    const response = await client.request({ params, signal });
    const body = await text(response.body);
    await response.ended;
    return withoutSecrets(parseStatus(body, response.status, path), secrecy);
  } finally {
    await client.close({ timeout: 0 });
  }
}

/** Whether a value of JSON is an object with names. */
export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** That of each application, where several have one parent; otherwise it alone. */
export function poolsOf(status: Status): readonly Status[] {
  const { pools } = status;
  return Array.isArray(pools) ? pools.filter(isStatus) : [status];
}

function parseStatus(body: string, code: number, path: string): Status {
  if (code !== 200) throw missingStatus(path, String(code));
  try {
    const parsed: unknown = JSON.parse(body);
    if (isStatus(parsed)) return parsed;
  } catch {
    // The message below says it.
  }
  throw missingStatus(path, 'no JSON object');
}

/** Levels of a status that are looked at: those that there are have three. */
const DEPTH = 10;

/** The same status, in which each text is as it may be shown. */
function withoutSecrets(status: Status, secrecy: Secrecy): Status {
  const clean = (name: string, value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return secrecy.value(name, value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEPTH) return '(too deep to be shown)';
    if (Array.isArray(value)) return value.map((one) => clean(name, one, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clean(key, one, depth + 1)]));
  };
  return Object.fromEntries(Object.entries(status).map(([name, value]) => [name, clean(name, value, 1)]));
}
