import { Readable } from 'node:stream';
import type { HeaderField } from '../cgi-response-head.ts';
import { FcgiClientError } from '../errors.ts';
import type { FcgiResponse } from '../fcgi-response.ts';
import type { FcgiInput } from '../input.ts';
import { type ParamsFromRequestOptions, paramsFromFacts, type RequestFacts } from '../params-from-request.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import type { Backends } from './backends.ts';
import { GatewayRefusal } from './failure-page.ts';
import type { FileRoots } from './file-roots.ts';
import type { GatewayAnswer } from './gateway-answer.ts';
import type { ExchangeLog, GatewayExchange, GatewayRequest } from './gateway-exchange.ts';
import type { ResolvedGatewayLimits } from './gateway-limits.ts';
import { discard } from './http-answer.ts';
import { collectBody } from './http-body.ts';
import { FolderRedirect, type ScriptFinder } from './script-finder.ts';

/** What all requests of a gateway have in common. Its callbacks do not throw. */
export interface GatewaySettings {
  readonly backends: Backends;
  readonly explain: boolean | 'local';
  readonly files: FileRoots;
  readonly hosts: AllowedHosts;
  readonly limits: ResolvedGatewayLimits;
  readonly onError: (error: unknown, request: GatewayRequest) => void;
  readonly onRequest: (exchange: GatewayExchange) => void;
  readonly onStderr: ((content: Uint8Array, request: GatewayRequest) => void) | undefined;
  /** Where each request is for a script of its own. */
  readonly scripts: ScriptFinder | undefined;
  readonly paramsOptions: (request: GatewayRequest) => ParamsFromRequestOptions;
}

/** An HTTP request, wherever it came from. */
export interface HttpRequest {
  /** Undefined where there is none. */
  readonly body: AsyncIterable<Uint8Array> | Uint8Array | undefined;
  readonly facts: RequestFacts;
  /** What callbacks get. */
  readonly original: GatewayRequest;
}

/**
 * What the HTTP client gets: of the application, or a file that it names, or where to ask instead.
 *
 * @throws as {@link askApplication}
 */
export async function answerTo(
  request: HttpRequest,
  settings: GatewaySettings,
  log: ExchangeLog,
  signal: AbortSignal,
): Promise<GatewayAnswer> {
  try {
    const response = await askApplication(request, settings, log, signal);
    return await settings.files.answer(response, request.facts);
  } catch (error) {
    if (!(error instanceof FolderRedirect)) throw error;
    const headers: HeaderField[] = [
      ['Location', error.location],
      ['Content-Length', '0'],
    ];
    return { body: Readable.from([]), contentLength: 0, headers, reason: 'Permanent Redirect', status: 308 };
  }
}

/**
 * Sends a request to the application, and follows its local redirects (RFC 3875 §6.2.2).
 *
 * @throws GatewayRefusal where the gateway has to answer itself; as `FcgiClient.request`
 */
async function askApplication(
  request: HttpRequest,
  settings: GatewaySettings,
  log: ExchangeLog,
  signal: AbortSignal,
): Promise<FcgiResponse> {
  const { backends, limits } = settings;
  const { facts, original } = request;
  const options = settings.paramsOptions(original);
  const onStderr = (content: Uint8Array) => settings.onStderr?.(content, original);
  const ask = async (params: Map<string, string>, stdin: FcgiInput) => {
    log.params = params;
    const answered = await backends.request({ onStderr, params, signal, stdin }, (client) =>
      log.asks(client),
    );
    log.hasHead(answered);
    return answered;
  };
  const params = await paramsFor(facts, options, settings.scripts);
  let response = await ask(params, await inputFor(request, params, limits));
  for (let redirects = 0; response.kind === 'local-redirect'; redirects += 1) {
    const next = await paramsAfterRedirect(facts, response.location ?? '/', options, settings.scripts);
    if (next === undefined) break;
    await discard(response.body);
    if (redirects === limits.localRedirects) {
      throw new GatewayRefusal(502, `The application redirects without end (${redirects} local redirects).`);
    }
    response = await ask(next, '');
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

/** The params of a request, with the script that it is for where scripts are looked for. */
async function paramsFor(
  facts: RequestFacts,
  options: ParamsFromRequestOptions,
  scripts: ScriptFinder | undefined,
): Promise<Map<string, string>> {
  if (scripts === undefined) return paramsFromFacts(facts, options);
  const script = await scripts.find(facts.target);
  return paramsFromFacts(facts, { ...options, scriptFilename: script.file }, script);
}

/** Undefined where the redirect leads out of the mount point: then the HTTP client is to follow it. */
async function paramsAfterRedirect(
  facts: RequestFacts,
  target: string,
  options: ParamsFromRequestOptions,
  scripts: ScriptFinder | undefined,
): Promise<Map<string, string> | undefined> {
  const method = facts.method === 'HEAD' ? 'HEAD' : 'GET';
  const fields = facts.fields.filter(([name]) => !/^content-/i.test(name));
  try {
    return await paramsFor({ ...facts, fields, method, target }, options, scripts);
  } catch (error) {
    if (error instanceof FcgiClientError && error.code === 'FCGI_PATH_OUTSIDE_MOUNT') return undefined;
    throw error;
  }
}

/** The body of the request; where its length was found out, the params get it. */
async function inputFor(
  { body }: HttpRequest,
  params: Map<string, string>,
  limits: ResolvedGatewayLimits,
): Promise<FcgiInput> {
  if (body === undefined) return '';
  if (params.has('CONTENT_LENGTH') || body instanceof Uint8Array) return body;
  const { length, stdin } = await collectBody(body, limits.collectBytes);
  if (length !== undefined) params.set('CONTENT_LENGTH', `${length}`);
  return stdin;
}
