import type { IncomingMessage } from 'node:http';
import type { DeveloperKey, Visitor } from './developer-key.ts';
import { explainAnswer, failureNumber } from './explain-answer.ts';
import { describeFailedAnswer, type FailedAnswers } from './failed-answers.ts';
import { describeFailure, type Failure } from './failure.ts';
import { failurePage, pastFailurePage } from './failure-page.ts';
import type { Generation } from './generation.ts';
import { plainPage } from './html.ts';
import { http } from './node-http.ts';
import type { RecentRequests } from './recent-requests.ts';
import type { Reloader } from './reloader.ts';
import { type AnswerHead, type Page, type ReplaceableResponse, sendPage } from './replaceable-response.ts';
import { requestsList, requestsPage } from './requests-page.ts';
import { isReserved, RESERVED } from './reserved.ts';

/** Milliseconds after an answer for which what is written still belongs to it. */
const LATE = 1_000;

/** What requests are answered with. */
export interface AnswerOptions {
  readonly failed: FailedAnswers;
  /** The folder that files are named from. */
  readonly folder: string;
  readonly key: DeveloperKey;
  /** The folder whose sources may be shown. */
  readonly project: string;
  readonly recent: RecentRequests;
  readonly reloader: Reloader;
}

/** Answers one request: with a page of `fcgi dev` itself, the application's answer, or what is wrong with it. */
export async function answerRequest(
  request: IncomingMessage,
  response: ReplaceableResponse,
  visitor: Visitor,
  options: AnswerOptions,
): Promise<void> {
  const url = request.url ?? '/';
  const { folder, key, project, reloader } = options;
  if (isReserved(url)) return sendPage(response, await ownPage(visitor, url, options));
  if (visitor === 'opener' && canBeSentOn(request)) return sendPage(response, welcome(url, key));
  const generation = await reloader.current();
  const { version } = reloader;
  const toPage = (failure: Failure) => failurePage(failure, request, folder, version);
  if (generation.state === 'failed') {
    const page = visitor === 'stranger' ? bareFailure() : toPage(await loadFailure(generation, project));
    return sendPage(response, page);
  }
  const isExplained = visitor === 'developer' && isNavigation(request);
  const written = isExplained ? generation.output.open() : undefined;
  if (written !== undefined) response.once('close', () => setTimeout(written.close, LATE).unref());
  response.replacement = (head) => {
    const found = answerFailure(head, generation, request, project);
    if (found === undefined && written !== undefined) {
      const output = () => generation.stderrOf(request) + written.text;
      return explainAnswer(head, request, { ...options, output, outputWhen: written.waitFor, version });
    }
    if (found === undefined || visitor !== 'stranger') {
      return found?.then((one) => (one === undefined || 'body' in one ? one : toPage(one)));
    }
    return head.status === 500 ? Promise.resolve(bareFailure()) : undefined;
  };
  generation.gateway.listener(request, response);
}

/** A browser that can be sent on; other programs get their answer at once. */
function canBeSentOn(request: IncomingMessage): boolean {
  return isNavigation(request) && /^\/(?![/\\])/.test(request.url ?? '');
}

/** A browser that follows a link; its `fetch()` says that it does not. */
function isNavigation({ headers, method }: IncomingMessage): boolean {
  const mode = headers['sec-fetch-mode'] ?? 'navigate';
  return method === 'GET' && mode === 'navigate' && /\btext\/html\b/.test(headers.accept ?? '');
}

/** The same page, without the key in its URL: what it links to is not to learn it. */
function welcome(url: string, { setCookie }: DeveloperKey): Page {
  const { headers, ...page } = plainPage(303, '');
  return { ...page, headers: { ...headers, Location: url, 'Set-Cookie': setCookie } };
}

async function ownPage(visitor: Visitor, url: string, options: AnswerOptions): Promise<Page> {
  if (visitor === 'stranger') {
    return plainPage(
      403,
      'Only for the person who started fcgi dev: open the URL with the key that it printed.\n',
    );
  }
  const page = await pageAt(url.replace(/\?.*/s, ''), options);
  if (visitor === 'developer') return page;
  return { ...page, headers: { ...page.headers, 'Set-Cookie': options.key.setCookie } };
}

async function pageAt(
  path: string,
  { failed, folder, project, recent, reloader }: AnswerOptions,
): Promise<Page> {
  const one = failed.find(failureNumber(path) ?? 0);
  if (one !== undefined) return pastFailurePage(await describeFailedAnswer(one, project), one.url, folder);
  if (path === RESERVED) return requestsPage(recent.latest, recent.revision);
  if (path === `${RESERVED}/list`) return requestsList(recent.latest);
  if (path === `${RESERVED}/state`) {
    const { isSettled, version } = reloader;
    return plainPage(
      200,
      JSON.stringify({ isSettled, requests: recent.revision, version }),
      'application/json',
    );
  }
  return plainPage(404, `There is no such page: ${RESERVED} is what there is.\n`);
}

/** A failure as others than the developer see it; so does the developer, in a browser that has no cookie yet. */
function bareFailure(): Page {
  return plainPage(
    500,
    'Internal Server Error\n\nTo see why, open the URL with the key that fcgi dev has printed.\n',
  );
}

function loadFailure({ how, stderr }: Generation, project: string): Promise<Failure> {
  return describeFailure(
    `The application could not be started: its process has ended (${how}).`,
    stderr.text,
    project,
  );
}

/** What is behind an answer that is a bare failure, or a page about it; `undefined` for any other. */
function answerFailure(
  head: AnswerHead,
  generation: Generation,
  request: IncomingMessage,
  project: string,
): Promise<Failure | Page | undefined> | undefined {
  // What a handler threw comes on STDERR, ahead of the answer.
  const stderr = generation.stderrOf(request);
  if (head.status === 500 && stderr !== '' && isBare(head)) {
    return describeFailure('The application has failed to answer this request.', stderr, project);
  }
  const reason = generation.failureOf(request);
  return reason === undefined ? undefined : gatewayFailure(head.status, reason, generation, project);
}

/** The gateway has answered itself: it may have lost the application. */
async function gatewayFailure(
  status: number,
  reason: string,
  generation: Generation,
  project: string,
): Promise<Failure | Page> {
  if (status === 502 && (await generation.hasCrashed())) {
    const heading = `The process of the application has ended while it answered this request (${generation.how}). It is started again with the next one.`;
    return describeFailure(heading, generation.stderr.text, project);
  }
  return plainPage(status, `${status} ${http.STATUS_CODES[status] ?? ''}\n\n${reason}\n`);
}

/** Whether there is no more to it than `@fcgi-js/server` says in the place of an application. */
function isBare({ fields }: AnswerHead): boolean {
  return Array.isArray(fields) && fields.join('\n') === 'Content-Type\ntext/plain; charset=utf-8';
}
