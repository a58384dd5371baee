import { closeSync, constants, fchmodSync, fstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAddress } from '@fcgi-js/client';
import { TapJson, TapLines, type TapPrinterOptions } from '@fcgi-js/inspector/printers';
import { Tap, TapFileWriter } from '@fcgi-js/inspector/tap';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io, openFile, ownMessages, systemReason } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import { printerOutput } from '../printer-output.ts';
import { openListener } from './listener.ts';

/** The flags of `fcgi tap`. */
export interface TapArguments extends TapPrinterOptions {
  readonly json?: true;
  readonly save?: string;
  readonly socketMode: number;
}

/** Milliseconds for which running requests may end after Ctrl-C. */
const GRACE = 5_000;
const OWNER_ONLY = 0o600;
const OVERWRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;

/**
 * Passes everything on between web servers and an application, and shows it, until it is interrupted.
 *
 * @throws CommandFailure where it cannot listen, or not everything could be saved
 */
export async function tap(io: Io, listen: string, upstream: string, options: TapArguments): Promise<void> {
  const { dim } = colorsOf(io.stderr, io.env);
  const complain = ownMessages(io, 'red');
  const output = printerOutput(io, 'stdout');
  const passing = new Tap({
    onBroken: (connection, { message }) => complain(`Connection ${connection} broke off: ${message}`),
    printer: options.json ? new TapJson(output, options) : new TapLines(output, options),
    upstream: parseAddress(upstream),
  });
  const interrupted = new Promise<void>((done) => {
    if (io.interrupted.aborted) done();
    io.interrupted.addEventListener('abort', () => done(), { once: true });
  });
  const listener = await openListener(parseAddress(listen), options.socketMode);
  listener.server.on('connection', (socket) => passing.accept(socket));
  try {
    // Now only: where another tap listens already, its recording is not overwritten.
    if (options.save !== undefined) passing.file = openTapFile(resolve(io.cwd, options.save), complain);
    io.stderr.write(
      `${dim(messageText(`Listening on ${listen}, passing on to ${upstream}. Ctrl-C ends.`))}\n`,
    );
    await interrupted;
  } finally {
    listener.close();
  }
  await passing.end(GRACE);
  passing.file?.close();
  if (passing.file?.isWhole === false) throw new CommandFailure('The recording is not whole.');
}

/** Overwrites what is there, and lets only this user read it. */
function openTapFile(path: string, complain: (text: string) => void): TapFileWriter {
  let file: number | undefined;
  try {
    file = openFile(path, OVERWRITE, { mode: OWNER_ONLY });
    // Of a file that was there before, the mode is the old one.
    if (fstatSync(file, { bigint: true }).isFile()) fchmodSync(file, OWNER_ONLY);
    return new TapFileWriter(file, ({ message }) => complain(`Nothing more is saved: ${message}`));
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw new CommandFailure(`Cannot write to ${path}: ${systemReason(error)}`, undefined, { cause: error });
  }
}
