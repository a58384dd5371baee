import { inspectConnection, type Observation, type Recording } from '@fcgi-js/inspector';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import { JsonLines } from './json-lines.ts';
import { openRecording } from './open-recording.ts';
import { RecordTable } from './record-table.ts';

/** What `fcgi decode` is told. */
export interface DecodeOptions {
  readonly content?: true;
  readonly json?: true;
  readonly params: boolean;
  readonly showSecrets?: true;
  readonly stream?: number;
}

/** How decoded records are printed. */
export interface Printer {
  /** A connection begins. */
  connection(name: string | undefined): void;
  /** What is next on it. */
  observe(observation: Observation, time: number | undefined): void;
  /** Everything has been decoded. */
  summary(counts: Counts): void;
}

/** How much there was of what. */
export interface Counts {
  connections: number;
  errors: number;
  notices: number;
  records: number;
  requests: number;
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
  const printer = options.json ? new JsonLines(io, options) : new RecordTable(io, options);
  const counts: Counts = { connections: 0, errors: 0, notices: 0, records: 0, requests: 0 };
  for await (const connection of recording.connections) {
    if (io.interrupted.aborted) break;
    counts.connections += 1;
    printer.connection(connection.name);
    for await (const observation of inspectConnection(connection)) {
      count(counts, observation);
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

function count(counts: Counts, { findings, scanned }: Observation): void {
  for (const { level } of findings) counts[level === 'error' ? 'errors' : 'notices'] += 1;
  if (scanned?.kind !== 'record') return;
  counts.records += 1;
  if (scanned.type === 1) counts.requests += 1;
}
