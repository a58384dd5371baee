import { renderHtml } from './render-html.ts';
import { renderJson } from './render-json.ts';
import { renderText } from './render-text.ts';
import type { Status } from './snapshot.ts';
import { style } from './style.ts';

/** A request for a status page. */
export interface PageRequest {
  /** The field `Accept`. */
  readonly accept: string;
  readonly method: string;
  /** Without its question mark. */
  readonly query: string;
}

/** An answer for HTTP, over whatever it is sent. */
export interface PageAnswer {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: 200 | 403 | 404 | 405;
}

/** The format of the status. */
type Format = 'css' | 'html' | 'json' | 'openmetrics' | 'text';

const FORMATS: readonly Format[] = ['css', 'html', 'json', 'openmetrics', 'text'];

const TYPES: Readonly<Record<Format, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

let openMetrics: Promise<typeof import('./render-openmetrics.ts')> | undefined;

/** Loads what few pages take; otherwise it is loaded by the first of them. */
export function loadPages(): Promise<typeof import('./render-openmetrics.ts')> {
  openMetrics ??= import('./render-openmetrics.ts');
  return openMetrics;
}

/** The status page. */
export async function statusPage(request: PageRequest, status: () => Promise<Status>): Promise<PageAnswer> {
  const format = formatOf(request);
  return answerTo(request, TYPES[format], () => render(format, request, status));
}

/** The page that answers a ping. */
export async function pingPage(request: PageRequest): Promise<PageAnswer> {
  return answerTo(request, TYPES.text, () => 'pong');
}

/** A page that there is not. */
export function noPage(status: 403 | 404): PageAnswer {
  const body = status === 403 ? 'Forbidden\n' : 'Not found\n';
  return { body, headers: { ...HEADERS, 'Content-Type': TYPES.text }, status };
}

async function answerTo(
  { method }: PageRequest,
  type: string,
  body: () => Promise<string> | string,
): Promise<PageAnswer> {
  const headers = { ...HEADERS, 'Content-Type': type };
  if (method === 'GET') return { body: await body(), headers, status: 200 };
  if (method === 'HEAD') return { body: '', headers, status: 200 };
  return {
    body: 'Only GET\n',
    headers: { ...headers, Allow: 'GET, HEAD', 'Content-Type': TYPES.text },
    status: 405,
  };
}

/** As php-fpm has it, the query tells; without a word in it, what the browser prefers. */
function formatOf({ accept, query }: PageRequest): Format {
  const words = new URLSearchParams(query);
  const named = FORMATS.find((format) => words.has(format));
  if (named !== undefined) return named;
  // Prometheus names it besides others, browsers their own first.
  if (/application\/openmetrics-text/i.test(accept)) return 'openmetrics';
  if (/text\/html/i.test(accept)) return 'html';
  return /application\/json/i.test(accept) ? 'json' : 'text';
}

async function render(
  format: Format,
  { query }: PageRequest,
  status: () => Promise<Status>,
): Promise<string> {
  if (format === 'css') return style;
  const found = await status();
  const full = new URLSearchParams(query).has('full');
  switch (format) {
    case 'html':
      return renderHtml(found);
    case 'json':
      return renderJson(found, full);
    case 'openmetrics': {
      const { renderOpenMetrics } = await loadPages();
      return renderOpenMetrics(found);
    }
    case 'text':
      return renderText(found, full);
  }
}
