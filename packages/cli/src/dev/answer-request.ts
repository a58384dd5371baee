import type { IncomingMessage } from 'node:http';
import { describeFailure, type Failure } from './failure.ts';
import { failurePage } from './failure-page.ts';
import type { Generation } from './generation.ts';
import { plainPage } from './html.ts';
import type { RecentRequests } from './recent-requests.ts';
import type { Reloader } from './reloader.ts';
import { type AnswerHead, type Page, type ReplaceableResponse, sendPage } from './replaceable-response.ts';
import { requestsList, requestsPage } from './requests-page.ts';
import { isReserved, RESERVED } from './reserved.ts';
import { isDeveloper } from './trust.ts';

/** What requests are answered with. */
export interface AnswerOptions {
  /** The folder that files are named from. */
  readonly folder: string;
  readonly recent: RecentRequests;
  readonly reloader: Reloader;
}

/** Answers one request: with a page of `fcgi dev` itself, the application's answer, or what is wrong with it. */
export async function answerRequest(
  request: IncomingMessage,
  response: ReplaceableResponse,
  options: AnswerOptions,
): Promise<void> {
  const url = request.url ?? '/';
  if (isReserved(url)) return sendPage(response, ownPage(request, url, options));
  const { folder, reloader } = options;
  const generation = await reloader.current();
  const { version } = reloader;
  const toPage = (failure: Failure) => failurePage(failure, request, folder, version);
  if (generation.state === 'failed') {
    const failure = await loadFailure(generation);
    return sendPage(
      response,
      isDeveloper(request) ? toPage(failure) : plainPage(500, 'Internal Server Error\n'),
    );
  }
  if (isDeveloper(request)) {
    response.replacement = (head) => {
      const failure = answerFailure(head, generation, request);
      return failure?.then((found) => (found === undefined ? undefined : toPage(found)));
    };
  }
  generation.gateway.listener(request, response);
}

function ownPage(request: IncomingMessage, url: string, { recent, reloader }: AnswerOptions): Page {
  if (!isDeveloper(request)) {
    return plainPage(403, 'This is for the machine that fcgi dev runs on, by the name of localhost.\n');
  }
  const path = url.replace(/\?.*/s, '');
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

function loadFailure({ how, stderr }: Generation): Promise<Failure> {
  return describeFailure(
    `The application could not be started: its process has ended (${how}).`,
    stderr.text,
  );
}

/** What is behind an answer that is a bare failure; `undefined` for any other. */
function answerFailure(
  head: AnswerHead,
  generation: Generation,
  request: IncomingMessage,
): Promise<Failure | undefined> | undefined {
  // What a handler threw comes on STDERR, ahead of the answer.
  const stderr = generation.stderrOf(request);
  if (head.status === 500 && stderr !== '' && isBare(head)) {
    return describeFailure('The application has failed to answer this request.', stderr);
  }
  // The gateway has lost the application.
  return head.status === 502 ? crashFailure(generation) : undefined;
}

async function crashFailure(generation: Generation): Promise<Failure | undefined> {
  if (!(await generation.hasCrashed())) return undefined;
  const heading = `The process of the application has ended while it answered this request (${generation.how}). It is started again with the next one.`;
  return describeFailure(heading, generation.stderr.text);
}

/** Whether there is no more to it than `@fcgi-js/server` says in the place of an application. */
function isBare({ fields }: AnswerHead): boolean {
  return Array.isArray(fields) && fields.join('\n') === 'Content-Type\ntext/plain; charset=utf-8';
}
