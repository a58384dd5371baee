import { inspectConnection, type Recording } from '@fcgi-js/inspector';
import {
  countObservation,
  type RecordingCounts,
  type RecordingPrinterOptions,
  RecordJson,
  RecordTable,
} from '@fcgi-js/inspector/printers';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import { printerOutput } from '../printer-output.ts';
import { openRecording } from './open-recording.ts';

/** The flags of `fcgi decode`. */
export interface DecodeOptions extends RecordingPrinterOptions {
  readonly json?: true;
  readonly stream?: number;
}

/**
 * Prints what the bytes of a file mean.
 *
 * @throws CommandFailure where it cannot be read, or a rule of the protocol is broken
 */
export async function decode(io: Io, file: string | undefined, options: DecodeOptions): Promise<void> {
  const recording = await openRecording(io, file, options.stream);
  const { yellow } = colorsOf(io.stderr, io.env);
  for (const note of notesOn(recording)) io.stderr.write(`${yellow('note:')} ${messageText(note)}\n`);
  const output = printerOutput(io, 'stdout');
  const printer = options.json ? new RecordJson(output, options) : new RecordTable(output, options);
  const counts: RecordingCounts = { connections: 0, errors: 0, notices: 0, records: 0, requests: 0 };
  for await (const connection of recording.connections) {
    if (io.interrupted.aborted) break;
    counts.connections += 1;
    printer.connection(connection.name);
    for await (const observation of inspectConnection(connection)) {
      countObservation(counts, observation);
      printer.observe(observation, observation.time);
      if (io.stdout.writableNeedDrain) await new Promise((resolve) => io.stdout.once('drain', resolve));
    }
  }
  printer.summary(counts);
  if (counts.errors > 0) throw new CommandFailure();
}

function notesOn({ leftOut, notes }: Recording): string[] {
  const others = `${leftOut} other TCP streams do not look like FastCGI: --stream NUMBER shows one.`;
  return [...(leftOut > 0 ? [others] : []), ...notes];
}
