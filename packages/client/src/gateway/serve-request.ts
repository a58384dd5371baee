import type { IncomingMessage, ServerResponse } from 'node:http';
import { factsOfNode } from '../params-from-request.ts';
import { answerTo, type GatewaySettings } from './ask-application.ts';
import { explainFailure, isLocal, type RequestRefusal, sendFailure } from './failure-page.ts';
import { ExchangeLog } from './gateway-exchange.ts';
import { type BodyFault, sendAnswer } from './http-answer.ts';
import { announcesBody, discardRest, HttpBody } from './http-body.ts';
import { parsedBody, withBody } from './parsed-body.ts';

/**
 * Serves one request of node:http through the application. Never rejects.
 *
 * @param refusal why the application does not get it
 */
export async function serveRequest(
  request: IncomingMessage,
  refusal: RequestRefusal | undefined,
  http: ServerResponse,
  settings: GatewaySettings,
): Promise<void> {
  const log = new ExchangeLog(request);
  const controller = new AbortController();
  http.once('close', () => {
    if (!http.writableFinished) controller.abort(clientGone());
  });
  try {
    if (refusal !== undefined) throw refusal;
    const hasBody = announcesBody(request);
    const parsed = hasBody ? parsedBody(request, settings.scripts !== undefined) : undefined;
    const said = factsOfNode(request);
    const facts = parsed === undefined ? said : withBody(said, parsed);
    const body = parsed ?? (hasBody ? new HttpBody(request) : undefined);
    const answer = await answerTo({ body, facts, original: request }, settings, log, controller.signal);
    const onSent = (bytes: number) => {
      log.bodyBytes += bytes;
    };
    const options = {
      isHead: request.method === 'HEAD',
      onSent,
      stallTimeout: settings.limits.writeStallTimeout,
    };
    const fault = await sendAnswer(answer, http, options);
    if (fault !== undefined) log.error = faultError(fault);
    if (fault !== undefined && fault !== 'client-gone') settings.onError(log.error, request);
  } catch (error) {
    log.error = error;
    fail(error, request, http, settings, log.address);
  }
  log.status = http.headersSent ? http.statusCode : undefined;
  settings.onRequest(log.summary());
  discardRest(request, settings.limits);
}

/** Serves a request that something before the application could not. */
export function serveFailure(
  error: unknown,
  request: IncomingMessage,
  http: ServerResponse,
  settings: GatewaySettings,
): void {
  fail(error, request, http, settings, undefined);
  discardRest(request, settings.limits);
}

function clientGone(): Error {
  return new Error('The HTTP client has gone.');
}

function faultError(fault: BodyFault): Error {
  switch (fault) {
    case 'client-gone':
      return clientGone();
    case 'client-stalled':
      return new Error('The HTTP client took no byte of its answer for too long.');
    case 'too-long':
      return new Error('The body of a response is longer than its Content-Length; the rest was not sent.');
    case 'too-short':
      return new Error(
        'The body of a response is shorter than its Content-Length; the connection was closed.',
      );
  }
}

function fail(
  error: unknown,
  request: IncomingMessage,
  http: ServerResponse,
  settings: GatewaySettings,
  address: string | undefined,
): void {
  // The client has gone, and the application did nothing wrong: there is nothing to report.
  if (http.destroyed) return;
  settings.onError(error, request);
  if (http.writableEnded) return;
  if (http.headersSent) {
    http.destroy();
    return;
  }
  const { explain } = settings;
  const explains = explain === 'local' ? isLocal(request) : explain;
  sendFailure(http, error, explainFailure(error, address, explains));
}
