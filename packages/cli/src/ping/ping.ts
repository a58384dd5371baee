import { escapeLogText, FcgiClient, isFcgiError } from '@fcgi-js/client';
import { pathParams } from '@fcgi-js/inspector/request';
import { jsonText, messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { CommandFailure, isForeseen } from '../command-failure.ts';

/** What {@link ping} is asked for. */
export interface PingRequest {
  /** Print JSON. */
  readonly json?: true;
  /** Send a request for this URL path; otherwise ask GET_VALUES. */
  readonly path?: string;
  /** Give up after so many seconds. */
  readonly timeout: number;
}

/**
 * Asks an application whether it answers: GET_VALUES, which runs none of its code, or a request.
 *
 * @throws FcgiClientError, RemoteProtocolError or CommandFailure where it does not, or answers with a failure
 */
export async function ping(io: Io, address: string, options: PingRequest): Promise<void> {
  const time = options.timeout * 1000;
  const limits = { connectTimeout: time, firstByteTimeout: time, stallTimeout: time, requestTimeout: time };
  const client = new FcgiClient({ address, keepConn: false, limits });
  const start = performance.now();
  try {
    const facts = await ask(client, io, options.path);
    const elapsed = Math.round((performance.now() - start) * 100) / 100;
    if (options.json) io.stdout.write(`${jsonText({ address, up: true, elapsed, ...facts })}\n`);
    else io.stdout.write(report(io, address, elapsed, facts));
  } catch (error) {
    if (!isForeseen(error)) throw error;
    if (options.json) {
      const code = isFcgiError(error) ? { code: error.code } : {};
      io.stdout.write(`${jsonText({ address, up: false, error: { ...code, message: error.message } })}\n`);
    }
    throw explain(error, options);
  } finally {
    await client.close({ timeout: 0 });
  }
}

/** What an application says about itself. */
interface Facts {
  readonly status?: number;
  readonly values?: Readonly<Record<string, string>>;
}

async function ask(client: FcgiClient, io: Io, path: string | undefined): Promise<Facts> {
  if (path === undefined) {
    return { values: Object.fromEntries(await client.getValues({ signal: io.interrupted })) };
  }
  const response = await client.request({ params: pathParams(path), signal: io.interrupted });
  response.body.resume();
  await response.ended;
  const { status } = response;
  if (status >= 400) throw new CommandFailure(`It answers ${path} with status ${status}.`);
  return { status };
}

function report(io: Io, address: string, elapsed: number, { status, values = {} }: Facts): string {
  const colors = colorsOf(io.stdout, io.env);
  const facts = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...Object.entries(values).map(([name, value]) => escapeLogText(`${name}=${value}`)),
  ];
  const told = facts.length > 0 ? `, ${facts.join(' ')}` : '';
  return `${colors.green('up')} ${messageText(address)} answered after ${elapsed.toFixed(1)} ms${told}\n`;
}

/** What may be behind a failure of GET_VALUES alone. */
const VALUES_HINTS: Readonly<Record<string, string>> = {
  FCGI_CONNECTION_CLOSED:
    'Some programs end when they are asked for GET_VALUES (the ruby-fcgi of Debian): --path PATH sends a request instead.',
  FCGI_FIRST_BYTE_TIMEOUT:
    'It accepts connections. Its workers may all be busy, or it does not know GET_VALUES: --path PATH sends a request instead.',
};

function explain(error: Error, { path }: PingRequest): Error {
  const code = path === undefined && isFcgiError(error) ? error.code : '';
  const hint = VALUES_HINTS[code];
  return hint === undefined
    ? error
    : new CommandFailure(`${error.message}\n${hint}`, undefined, { cause: error });
}
