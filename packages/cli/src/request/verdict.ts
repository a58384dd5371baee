import { escapeLogText, type FcgiEnd, type FcgiResponse } from '@fcgi-js/client';
import { decodeLatin1, protocolStatusName, secrecyOf } from '@fcgi-js/inspector';
import { hintForStderr } from '@fcgi-js/inspector/request';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import type { RequestOptions } from './options.ts';

/**
 * Says what is not in the response itself, and whether it is a failure.
 *
 * @throws CommandFailure where it is
 */
export function judge(
  io: Io,
  response: FcgiResponse,
  end: FcgiEnd,
  options: RequestOptions,
  params: ReadonlyMap<string, string>,
): void {
  const { yellow } = colorsOf(io.stderr, io.env);
  if (options.role === 'authorizer' && !options.json) tellDecision(io, response, options);
  if (end.stderrDropped > 0 && options.json) {
    io.stderr.write(`${yellow('warning:')} ${end.stderrDropped} bytes of STDERR are not in the JSON.\n`);
  }
  const hint = hintForStderr(end.stderr, params);
  if (hint !== undefined) io.stderr.write(`${yellow('hint:')} ${messageText(hint)}\n`);
  if (end.protocolStatus !== 0) {
    throw new CommandFailure(`The request ended with ${protocolStatusName(end.protocolStatus)}.`);
  }
  if (end.appStatus !== 0 && !options.fail) {
    io.stderr.write(
      `${yellow('warning:')} The application ended the request with appStatus ${end.appStatus}.\n`,
    );
  }
  if (!options.fail) return;
  if (response.status >= 400) {
    throw new CommandFailure(`The response is ${`${response.status} ${response.reason}`.trimEnd()}.`);
  }
  if (end.appStatus !== 0) throw new CommandFailure(`The application ended with appStatus ${end.appStatus}.`);
}

/** What an authorizer's answer means to a web server (FastCGI 1.0 §6.3). */
function tellDecision(io: Io, response: FcgiResponse, options: RequestOptions): void {
  const { green, red } = colorsOf(io.stderr, io.env);
  const secrecy = secrecyOf(options);
  const variables = [...response.variables()]
    .map(([name, value]) => escapeLogText(` ${name}=${secrecy.value(name, decodeLatin1(value))}`))
    .join('');
  io.stderr.write(response.status === 200 ? `${green('allowed')}${variables}\n` : `${red('denied')}\n`);
}
