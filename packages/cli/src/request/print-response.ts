import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { FcgiResponse } from '@fcgi-js/client';
import { CommandFailure } from '../command-failure.ts';
import { colorsOf, type Io } from '../io.ts';
import type { RequestOptions } from './options.ts';

/** Prints head and body as they come, as far as they are asked for. */
export async function printResponse(io: Io, response: FcgiResponse, options: RequestOptions): Promise<void> {
  const toFile = options.output !== undefined && options.output !== '-';
  if (options.include || options.head) printHead(io, response, options.head === true);
  if (options.head) {
    response.body.resume();
    await finished(response.body);
    return;
  }
  const counter = new ByteCounter(!toFile && io.stdout.isTTY === true);
  const target = toFile ? createWriteStream(resolve(io.cwd, options.output ?? '')) : io.stdout;
  await passOn(response, counter, target, toFile);
  const announced = response.contentLength;
  const isBodiless = options.method === 'HEAD' || response.status === 304;
  if (announced !== undefined && announced !== counter.count && !isBodiless) {
    const { yellow } = colorsOf(io.stderr, io.env);
    io.stderr.write(
      `${yellow('warning:')} Content-Length announces ${announced} bytes, but the body has ${counter.count}.\n`,
    );
  }
}

async function passOn(response: FcgiResponse, counter: ByteCounter, target: Writable, end: boolean) {
  try {
    await pipeline(response.body, counter, target, { end });
  } catch (error) {
    // Of a file; what is wrong with the response comes out of `ended` too, in better words.
    if (error === response.body.errored) throw error;
    throw new CommandFailure(`The body cannot be written: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

/** The head as CGI has it: Status comes first, and there is no HTTP version, as nobody spoke HTTP. */
function printHead(io: Io, response: FcgiResponse, isAll: boolean): void {
  const { bold } = colorsOf(io.stdout, io.env);
  const lines = [
    bold(`Status: ${response.status} ${response.reason}`.trimEnd()),
    ...response.headers.map(([name, value]) => `${bold(name)}: ${value}`),
    ...(isAll ? [] : ['']),
  ];
  io.stdout.write(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'));
}

/** Counts the bytes of a body, and keeps bytes that are no text from a terminal, as curl does. */
class ByteCounter extends Transform {
  count = 0;
  readonly #forTerminal: boolean;

  constructor(forTerminal: boolean) {
    super();
    this.#forTerminal = forTerminal;
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    callback: (error: Error | null, out?: Buffer) => void,
  ) {
    this.count += chunk.length;
    if (this.#forTerminal && chunk.includes(0)) {
      callback(new Error('it is not text, and this is a terminal. -o FILE writes it to a file, -o - here.'));
    } else {
      callback(null, chunk);
    }
  }
}
