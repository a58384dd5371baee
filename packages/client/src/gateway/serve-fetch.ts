import { http } from '../node-http.ts';
import { factsOfFetch } from '../params-from-request.ts';
import { answerTo, type GatewaySettings } from './ask-application.ts';
import { refusalOf } from './check-request.ts';
import { explainFailure, failureFields, failureStatus, failureText, GatewayRefusal } from './failure-page.ts';
import type { GatewayAnswer } from './gateway-answer.ts';
import { ExchangeLog } from './gateway-exchange.ts';
import { answerFields, hasBody } from './http-answer.ts';

const READ =
  'The body of the request had been read before the gateway got it. Give gateway.fetch a request with a body that is made again, such as cloneRawRequest(c.req) of Hono.';

/** Serves one request of fetch through the application. Never rejects. */
export async function serveFetch(request: Request, settings: GatewaySettings): Promise<Response> {
  const log = new ExchangeLog(request);
  const facts = factsOfFetch(request);
  try {
    const refusal = refusalOf(facts, settings.hosts);
    if (refusal !== undefined) throw refusal;
    if (request.bodyUsed) throw new GatewayRefusal(500, READ);
    const body = request.body ?? undefined;
    const answer = await answerTo({ body, facts, original: request }, settings, log, request.signal);
    return toResponse(answer, request, settings, log);
  } catch (error) {
    const failure = failed(error, request, settings, log);
    settings.onRequest(log.summary());
    return failure;
  }
}

function failed(error: unknown, request: Request, settings: GatewaySettings, log: ExchangeLog): Response {
  log.error = error;
  if (!request.signal.aborted) settings.onError(error, request);
  log.status = failureStatus(error);
  // Where a request of fetch came from is unknown, so nothing is explained unless that is wanted.
  const explanation = explainFailure(error, log.address, settings.explain === true);
  return new Response(failureText(log.status, explanation), {
    headers: failureFields,
    status: log.status,
    statusText: http.STATUS_CODES[log.status] ?? '',
  });
}

function toResponse(
  answer: GatewayAnswer,
  request: Request,
  settings: GatewaySettings,
  log: ExchangeLog,
): Response {
  const { body, reason, status } = answer;
  if (status > 599) {
    body.destroy();
    throw new GatewayRefusal(
      502,
      `The application answered with status ${status}, which fetch does not know.`,
    );
  }
  log.status = status;
  const headers = new Headers();
  const flat = answerFields(answer.headers, status);
  for (let i = 0; i + 1 < flat.length; i += 2) headers.append(flat[i] ?? '', flat[i + 1] ?? '');
  const init = { headers, status, statusText: reason };
  if (request.method === 'HEAD' || !hasBody(status)) {
    body.destroy();
    settings.onRequest(log.summary());
    return new Response(null, init);
  }
  return new Response(bodyStream(answer, request, settings, log), init);
}

/** The body, no longer than its Content-Length; it fails where it is shorter. */
function bodyStream(
  { body, contentLength }: GatewayAnswer,
  request: Request,
  settings: GatewaySettings,
  log: ExchangeLog,
): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const end = (error: unknown) => {
    log.error = error;
    settings.onRequest(log.summary());
  };
  // Not made of a generator: that would hear of a reader that cancels only with the next bytes.
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await pieces.next();
          const sent = log.bodyBytes + (done ? 0 : value.length);
          const isTooLong = contentLength !== undefined && sent > contentLength;
          if (isTooLong || (done && sent < (contentLength ?? 0))) throw wrongLength(isTooLong);
          log.bodyBytes = sent;
          if (!done) return controller.enqueue(value);
          controller.close();
          end(undefined);
        } catch (error) {
          body.destroy();
          if (log.isOver) return;
          if (!request.signal.aborted) settings.onError(error, request);
          end(error);
          controller.error(error);
        }
      },
      cancel: () => {
        end(new Error('The reader of the answer has gone.'));
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

function wrongLength(isTooLong: boolean): Error {
  return new Error(`The body of a response is ${isTooLong ? 'longer' : 'shorter'} than its Content-Length.`);
}
