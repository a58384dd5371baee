import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FcgiClient } from '../client.ts';
import { FcgiClientError } from '../errors.ts';
import type { FcgiResponse } from '../fcgi-response.ts';
import type { FcgiInput } from '../input.ts';
import {
  factsOfNode,
  type ParamsFromRequestOptions,
  paramsFromFacts,
  type RequestFacts,
} from '../params-from-request.ts';
import { explainFailure, failureStatus, GatewayRefusal, isLocal, sendFailure } from './failure-page.ts';
import type { ResolvedGatewayLimits } from './gateway-limits.ts';
import { discard, sendAnswer } from './http-answer.ts';
import { collectBody, discardRest, HttpBody } from './http-body.ts';

/** What all requests of a gateway have in common. */
export interface GatewaySettings {
  readonly client: FcgiClient;
  readonly explain: boolean | undefined;
  readonly limits: ResolvedGatewayLimits;
  readonly onError: (error: unknown, request: IncomingMessage) => void;
  readonly onStderr: ((content: Uint8Array, request: IncomingMessage) => void) | undefined;
  readonly paramsOptions: (request: IncomingMessage) => ParamsFromRequestOptions;
}

/** Serves one HTTP request through the application. Never rejects. */
export async function serveRequest(
  request: IncomingMessage,
  http: ServerResponse,
  settings: GatewaySettings,
): Promise<void> {
  const controller = new AbortController();
  http.once('close', () => {
    if (!http.writableFinished) controller.abort(new Error('The HTTP client has gone.'));
  });
  try {
    checkRequest(request);
    const response = await ask(request, settings, controller.signal);
    const { writeStallTimeout } = settings.limits;
    const fault = await sendAnswer(response, request.method === 'HEAD', http, writeStallTimeout);
    if (fault !== undefined && fault !== 'client-gone') settings.onError(faultError(fault), request);
  } catch (error) {
    fail(error, request, http, settings);
  }
  discardRest(request, settings.limits);
}

function checkRequest(request: IncomingMessage): void {
  if (/\bwebsocket\b/i.test(request.headers.upgrade ?? '')) {
    throw new GatewayRefusal(
      501,
      'WebSockets cannot pass: FastCGI has no connection that stays open both ways.',
    );
  }
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) throw new GatewayRefusal(400, 'A request has one Host (RFC 9112 §3.2).');
}

/** Sends the request to the application, and follows its local redirects (RFC 3875 §6.2.2). */
async function ask(
  request: IncomingMessage,
  settings: GatewaySettings,
  signal: AbortSignal,
): Promise<FcgiResponse> {
  const { client, limits } = settings;
  const options = settings.paramsOptions(request);
  const onStderr = (content: Uint8Array) => settings.onStderr?.(content, request);
  const facts = factsOfNode(request);
  const params = paramsFromFacts(facts, options);
  const stdin = await bodyOf(request, params, limits);
  let response = await client.request({ onStderr, params, signal, stdin });
  for (let redirects = 0; response.kind === 'local-redirect'; redirects += 1) {
    const next = paramsAfterRedirect(facts, response.location ?? '/', options);
    if (next === undefined) break;
    await discard(response.body);
    if (redirects === limits.localRedirects) {
      throw new GatewayRefusal(502, `The application redirects without end (${redirects} local redirects).`);
    }
    response = await client.request({ onStderr, params: next, signal });
  }
  if (response.status < 200) {
    response.body.destroy();
    throw new GatewayRefusal(
      502,
      `The application answered with status ${response.status}, which ends nothing.`,
    );
  }
  return response;
}

/** Undefined where the redirect leads out of the mount point: then the HTTP client is to follow it. */
function paramsAfterRedirect(
  facts: RequestFacts,
  target: string,
  options: ParamsFromRequestOptions,
): Map<string, string> | undefined {
  const method = facts.method === 'HEAD' ? 'HEAD' : 'GET';
  const fields = facts.fields.filter(([name]) => !/^content-/i.test(name));
  try {
    return paramsFromFacts({ ...facts, fields, method, target }, options);
  } catch (error) {
    if (error instanceof FcgiClientError && error.code === 'FCGI_OUTSIDE_MOUNT') return undefined;
    throw error;
  }
}

/** The body of the request; where its length was found out, the params are told. */
async function bodyOf(
  request: IncomingMessage,
  params: Map<string, string>,
  limits: ResolvedGatewayLimits,
): Promise<FcgiInput> {
  if (request.headers['transfer-encoding'] === undefined) {
    return request.headers['content-length'] === undefined ? '' : new HttpBody(request);
  }
  const { length, stdin } = await collectBody(request, limits.collectBytes);
  if (length !== undefined) params.set('CONTENT_LENGTH', `${length}`);
  return stdin;
}

function faultError(fault: string): Error {
  const messages: Record<string, string> = {
    'client-stalled': 'The HTTP client took no byte of its answer for too long.',
    'too-long': 'The body of a response is longer than its Content-Length; the rest was not sent.',
    'too-short': 'The body of a response is shorter than its Content-Length; the connection was closed.',
  };
  return new Error(messages[fault]);
}

function fail(
  error: unknown,
  request: IncomingMessage,
  http: ServerResponse,
  settings: GatewaySettings,
): void {
  // Nobody is left to be told, and the application did nothing wrong.
  if (http.destroyed) return;
  settings.onError(error, request);
  if (http.writableEnded) return;
  if (http.headersSent) {
    http.destroy();
    return;
  }
  const explain = settings.explain ?? isLocal(request);
  sendFailure(
    http,
    failureStatus(error),
    explain ? explainFailure(error, settings.client.address) : undefined,
  );
}
