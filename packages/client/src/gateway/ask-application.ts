import { FcgiClientError } from '../errors.ts';
import type { FcgiResponse } from '../fcgi-response.ts';
import type { FcgiInput } from '../input.ts';
import { type ParamsFromRequestOptions, paramsFromFacts, type RequestFacts } from '../params-from-request.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import type { Backends } from './backends.ts';
import { GatewayRefusal } from './failure-page.ts';
import type { FileRoots } from './file-roots.ts';
import type { ExchangeLog, GatewayExchange, GatewayRequest } from './gateway-exchange.ts';
import type { ResolvedGatewayLimits } from './gateway-limits.ts';
import { discard } from './http-answer.ts';
import { collectBody } from './http-body.ts';

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
  readonly paramsOptions: (request: GatewayRequest) => ParamsFromRequestOptions;
}

/** An HTTP request, wherever it came from. */
export interface HttpRequest {
  /** Undefined where there is none. */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  readonly facts: RequestFacts;
  /** What callbacks get. */
  readonly original: GatewayRequest;
}

/**
 * Sends a request to the application, and follows its local redirects (RFC 3875 §6.2.2).
 *
 * @throws GatewayRefusal where the gateway has to answer itself; as `FcgiClient.request`
 */
export async function askApplication(
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
  const params = paramsFromFacts(facts, options);
  let response = await ask(params, await inputFor(request, params, limits));
  for (let redirects = 0; response.kind === 'local-redirect'; redirects += 1) {
    const next = paramsAfterRedirect(facts, response.location ?? '/', options);
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
    if (error instanceof FcgiClientError && error.code === 'FCGI_PATH_OUTSIDE_MOUNT') return undefined;
    throw error;
  }
}

/** The body of the request; where its length was found out, the params are told. */
async function inputFor(
  { body }: HttpRequest,
  params: Map<string, string>,
  limits: ResolvedGatewayLimits,
): Promise<FcgiInput> {
  if (body === undefined) return '';
  if (params.has('CONTENT_LENGTH')) return body;
  const { length, stdin } = await collectBody(body, limits.collectBytes);
  if (length !== undefined) params.set('CONTENT_LENGTH', `${length}`);
  return stdin;
}
