import { FcgiClient, type FcgiResponse, Role } from '@fcgi-js/client';
import { secrecyOf } from '@fcgi-js/inspector';
import { RecordTrace } from '@fcgi-js/inspector/printers';
import { hintFor, requestParams } from '@fcgi-js/inspector/request';
import type { Io } from '@fcgi-js/runner/command';
import manifest from '../../package.json' with { type: 'json' };
import { CommandFailure, isForeseen, usageFailure } from '../command-failure.ts';
import { printerOutput } from '../printer-output.ts';
import { type Body, openFile, readBody } from './body.ts';
import { failureJson, responseJson } from './json-result.ts';
import type { RequestOptions } from './options.ts';
import { printResponse } from './print-response.ts';
import { StderrLines } from './stderr-lines.ts';
import { Stopwatch } from './stopwatch.ts';
import { judge } from './verdict.ts';

const ROLES = { authorizer: Role.Authorizer, filter: Role.Filter, responder: Role.Responder } as const;

/**
 * Sends one request and prints what comes of it.
 *
 * @throws CommandFailure, FcgiClientError or RemoteProtocolError where FastCGI failed, or with `fail` the response
 */
export async function request(
  io: Io,
  address: string,
  url: string | undefined,
  options: RequestOptions,
): Promise<void> {
  const bodies = await openBodies(io, options);
  const params = requestParams({
    ...options,
    bodyLength: bodies.stdin?.length,
    cwd: io.cwd,
    filterData: bodies.data,
    method: options.method ?? (options.head ? 'HEAD' : undefined),
    url,
    userAgent: `fcgi/${manifest.version}`,
  });
  const stopwatch = new Stopwatch();
  const stderr = new StderrLines(io);
  const trace = options.verbose
    ? new RecordTrace(printerOutput(io, 'stderr'), secrecyOf(options))
    : undefined;
  const client = new FcgiClient({
    address,
    keepConn: options.keepConn ?? false,
    limits: limitsFor(options.timeout),
    onRecord: (passing) => {
      stopwatch.see(passing.direction);
      trace?.show(passing);
    },
  });
  try {
    const response = await client.request({
      params,
      role: ROLES[options.role],
      signal: io.interrupted,
      onStderr: (content) => stderr.add(content),
      ...(bodies.stdin && { stdin: bodies.stdin.content }),
      ...(bodies.data && { data: bodies.data.content }),
    });
    stopwatch.stop('head');
    await report(io, address, response, options, stopwatch);
    stderr.end();
    judge(io, response, await response.ended, options, params);
  } catch (error) {
    stderr.end();
    if (options.json && isForeseen(error) && !(error instanceof CommandFailure)) {
      io.stdout.write(failureJson(address, error, stopwatch));
    }
    throw withHint(error, params);
  } finally {
    stderr.end();
    await client.close({ timeout: 0 });
  }
}

async function report(
  io: Io,
  address: string,
  response: FcgiResponse,
  options: RequestOptions,
  stopwatch: Stopwatch,
): Promise<void> {
  if (options.json) io.stdout.write(await responseJson(address, response, stopwatch));
  else await printResponse(io, response, options);
}

/** The body of the request and, for a filter, the file. */
interface Bodies {
  readonly data: Body | undefined;
  readonly stdin: Body | undefined;
}

async function openBodies(io: Io, options: RequestOptions): Promise<Bodies> {
  if (options.filterData !== undefined && options.role !== 'filter') {
    throw usageFailure('--filter-data is for --role filter.');
  }
  if (options.role === 'authorizer' && options.data.length > 0) {
    throw usageFailure('An authorizer gets no body (FastCGI 1.0 §6.3).');
  }
  if (options.json && (options.include || options.head || options.output !== undefined)) {
    throw usageFailure('--json has the head and the body in it already, so -i, -I and -o do not go with it.');
  }
  return {
    data: options.filterData === undefined ? undefined : await openFile(io, options.filterData),
    stdin: await readBody(io, options.data),
  };
}

function limitsFor(seconds: number | undefined) {
  if (seconds === undefined) return { requestTimeout: Number.POSITIVE_INFINITY };
  const time = seconds * 1000;
  return { connectTimeout: time, firstByteTimeout: time, stallTimeout: time, requestTimeout: time };
}

/** The same error, with what is most likely to be done about it. */
function withHint(error: unknown, params: ReadonlyMap<string, string>): unknown {
  const hint = hintFor(error, params);
  if (hint === undefined || !(error instanceof Error)) return error;
  return new CommandFailure(`${error.message}\n${hint}`, undefined, { cause: error });
}
