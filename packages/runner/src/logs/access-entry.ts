import type { RequestEndMessage, RequestMessage } from '@fcgi-js/server';

/** One request that has ended, as an access log sees it. */
export interface AccessEntry extends RequestEndMessage {
  /** The name of the application, if it has one. */
  readonly name: string | undefined;
  /** When it came: milliseconds since 1970. */
  readonly time: number;
  /** The number of the worker; `undefined` in a process that serves alone. */
  readonly worker: number | undefined;
}

/** nginx's status for a request whose browser has gone before it was answered. */
const CLOSED_REQUEST = 499;

/** The status that was sent; 499 where the web server lost its interest before; `undefined` where nothing was sent. */
export function statusOf({ outcome, response }: RequestEndMessage): number | undefined {
  return response?.status ?? (outcome === 'aborted' ? CLOSED_REQUEST : undefined);
}

/** Path and query as the browser sent them, as far as the web server tells. */
export function urlOf({ request: { params } }: RequestMessage): string {
  const uri = params.get('REQUEST_URI');
  if (uri !== undefined && uri !== '') return uri;
  const query = params.get('QUERY_STRING') ?? '';
  return `${params.get('SCRIPT_NAME') ?? ''}${params.get('PATH_INFO') ?? ''}${query === '' ? '' : `?${query}`}`;
}

/** The path of {@link urlOf}. */
export function pathOf(entry: RequestMessage): string {
  return urlOf(entry).replace(/\?.*/s, '');
}

/** What a web server, or something in front of it, has named the request, so that it can be found in other logs. */
export function requestNameOf({ request: { params } }: RequestMessage): string | undefined {
  return params.get('REQUEST_ID') || params.get('HTTP_X_REQUEST_ID') || params.get('UNIQUE_ID') || undefined;
}
