import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { type ErrorAnswer, readErrorAnswer } from './error-answer.ts';
import { describeFailedAnswer, type FailedAnswer, type FailedAnswers } from './failed-answers.ts';
import { failurePage } from './failure-page.ts';
import { html } from './html.ts';
import { expandLoggedErrors, hasStack } from './logged-errors.ts';
import { http } from './node-http.ts';
import type { AnswerHead, Page } from './replaceable-response.ts';
import { RESERVED } from './reserved.ts';

/** Milliseconds that a framework has to log an error after it has answered: some do so a tick later. */
const LOGGED_WITHIN = 300;

const DECODERS: Readonly<Record<string, (body: Uint8Array) => Promise<Buffer>>> = {
  br: promisify(brotliDecompress),
  deflate: promisify(inflate),
  gzip: promisify(gunzip),
};

/** What an answer is explained with. */
export interface Explanation {
  readonly failed: FailedAnswers;
  /** The folder that files are named from. */
  readonly folder: string;
  /** What the application has written since the request began, and writes. */
  readonly output: FailedAnswer['output'];
  /** Waits until there is enough of it, for so many milliseconds at most. */
  readonly outputWhen: (isEnough: (text: string) => boolean, timeout: number) => Promise<void>;
  readonly project: string;
  /** Of the sources. */
  readonly version: number;
}

/**
 * What becomes of an answer that the application, or its framework, gave with a status of 500 or more to a browser that
 * follows a link. A page in HTML stays, with a link to what went wrong. Text and JSON make way for a page about it, where the
 * framework has written them or a stack was logged.
 *
 * @returns `undefined` for any other answer
 */
export function explainAnswer(
  head: AnswerHead,
  request: IncomingMessage,
  explanation: Explanation,
): ((body: Uint8Array) => Promise<Page | undefined>) | undefined {
  const { status } = head;
  const headers = groupedFields(head.fields);
  const kind = kindOf(firstOf(headers, 'content-type'));
  if (status < 500 || status > 599 || kind === undefined) return undefined;
  return async (bytes) => {
    const decoded = await decode(bytes, firstOf(headers, 'content-encoding'));
    if (decoded === undefined) return undefined;
    const body = decoded.toString('utf8');
    const answer = readErrorAnswer(status, body);
    const statusLine = `${status} ${http.STATUS_CODES[status] ?? ''}`.trimEnd();
    const { output } = explanation;
    const failed = { answer, body, output, statusLine, url: request.url ?? '/' };
    if (kind === 'html' && !answer.isStandard) {
      return withBanner(decoded, headers, status, bannerFor(explanation.failed.add(failed), statusLine));
    }
    return await replacementFor(failed, status, headers, request, explanation);
  };
}

async function replacementFor(
  failed: FailedAnswer,
  status: number,
  headers: Fields,
  request: IncomingMessage,
  { failed: kept, folder, output, outputWhen, project, version }: Explanation,
): Promise<Page | undefined> {
  const isLogged = (text: string) => hasStack(expandLoggedErrors(text));
  if (failed.answer.stack === undefined) await outputWhen(isLogged, LOGGED_WITHIN);
  if (!isExplained(failed.answer) && !isLogged(output())) return undefined;
  const number = kept.add(failed);
  const page = failurePage(await describeFailedAnswer(failed, project), request, folder, version, {
    later: pathOf(number),
    status,
  });
  const cookies = headers.get('set-cookie')?.values ?? [];
  return cookies.length === 0 ? page : { ...page, headers: { ...page.headers, 'Set-Cookie': cookies } };
}

function isExplained({ isStandard, stack }: ErrorAnswer): boolean {
  return isStandard || stack !== undefined;
}

function pathOf(number: number): string {
  return `${RESERVED}/failures/${number}`;
}

/** The number in the path of a page about a failed answer; `undefined` for another path. */
export function failureNumber(path: string): number | undefined {
  const [, number] = /^\/__fcgi\/failures\/(\d{1,9})$/.exec(path) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Without a script, and legible without its style: the page may have a policy that allows neither. */
function bannerFor(number: number, statusLine: string): string {
  const style =
    'position:fixed;left:0;right:0;bottom:0;z-index:2147483647;margin:0;padding:.6rem 1rem;background:#b3261e;color:#fff;font:15px/1.5 system-ui,sans-serif';
  return html`
<p role="alert" style="${style}">fcgi dev: this answer has the status ${statusLine}. <a href="${pathOf(number)}" style="color:#fff">See what the application wrote</a></p>
`.text;
}

function withBanner(body: Uint8Array, headers: Fields, status: number, banner: string): Page {
  const kept = [...headers].filter(
    ([name]) => !['content-encoding', 'content-length', 'etag'].includes(name),
  );
  return {
    body: Buffer.concat([body, Buffer.from(banner)]),
    headers: Object.fromEntries(kept.map(([, { name, values }]) => [name, values])),
    status,
  };
}

type Fields = ReadonlyMap<string, { readonly name: string; readonly values: readonly string[] }>;

/** Fields by their names in lower case. */
function groupedFields(fields: unknown): Fields {
  const grouped = new Map<string, { name: string; values: string[] }>();
  const flat = Array.isArray(fields) ? fields.map(String) : [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const [name = '', value = ''] = flat.slice(index, index + 2);
    const known = grouped.get(name.toLowerCase());
    if (known === undefined) grouped.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  return grouped;
}

function firstOf(headers: Fields, name: string): string {
  return headers.get(name)?.values[0] ?? '';
}

function kindOf(type: string): 'html' | 'text' | undefined {
  if (/^text\/html\b/i.test(type)) return 'html';
  return /^(?:$|text\/plain\b|application\/(?:[\w.-]+\+)?json\b)/i.test(type) ? 'text' : undefined;
}

/** `undefined` where it is encoded in a way that is not known, or not as it says. */
async function decode(body: Uint8Array, encoding: string): Promise<Buffer | undefined> {
  if (encoding === '' || encoding === 'identity') return Buffer.from(body);
  try {
    return await DECODERS[encoding.toLowerCase()]?.(body);
  } catch {
    // It is for the browser to say so.
    return undefined;
  }
}
