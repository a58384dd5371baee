import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { FcgiResponse } from '@fcgi-js/client';
import { decodeLatin1 } from '@fcgi-js/inspector';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import type { RequestOptions } from './options.ts';
import { PrintedBody, TerminalBody } from './printed-body.ts';

/** Prints head and body as they come, as far as they are asked for. */
export async function printResponse(io: Io, response: FcgiResponse, options: RequestOptions): Promise<void> {
  const file = options.output === '-' ? undefined : options.output;
  const isShown = options.output === undefined && io.stdout.isTTY === true;
  if (options.include || options.head) printHead(io, response, options.head === true);
  if (options.head) {
    response.body.resume();
    await finished(response.body);
    return;
  }
  const body = isShown ? new TerminalBody() : new PrintedBody();
  const target = file === undefined ? io.stdout : createWriteStream(resolve(io.cwd, file));
  await passOn(response, body, target, file !== undefined);
  const announced = response.contentLength;
  const isBodiless = options.method === 'HEAD' || response.status === 304;
  if (announced !== undefined && announced !== body.count && !isBodiless) {
    const { yellow } = colorsOf(io.stderr, io.env);
    io.stderr.write(
      `${yellow('warning:')} Content-Length announces ${announced} bytes, but the body has ${body.count}.\n`,
    );
  }
}

async function passOn(response: FcgiResponse, body: PrintedBody, target: Writable, end: boolean) {
  try {
    await pipeline(response.body, body, target, { end });
  } catch (error) {
    // Of a file; what is wrong with the response comes out of `ended` too, in better words.
    if (error === response.body.errored) throw error;
    throw new CommandFailure(`The body cannot be written: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

/**
 * The head as CGI has it: Status comes first, and there is no HTTP version, as this is not HTTP. What a terminal would obey
 * is escaped in it wherever it goes: no head that means something has it.
 */
function printHead(io: Io, response: FcgiResponse, isAll: boolean): void {
  const { bold } = colorsOf(io.stdout, io.env);
  const lines = [
    bold(messageText(decodeLatin1(`Status: ${response.status} ${response.reason}`.trimEnd()))),
    ...response.headers.map(
      ([name, value]) => `${bold(messageText(name))}: ${messageText(decodeLatin1(value))}`,
    ),
    ...(isAll ? [] : ['']),
  ];
  io.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
