import { CommandFailure } from '../command-failure.ts';
import { colorsOf, type Io } from '../io.ts';
import { messageText } from '../shown-text.ts';
import { ConnectionWatch, type Observation } from '../watch/connection-watch.ts';
import { JsonLines } from './json-lines.ts';
import { openSource } from './open-source.ts';
import { RecordTable } from './record-table.ts';
import type { Connection } from './source.ts';

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
  const source = await openSource(io, file, options.stream);
  const { yellow } = colorsOf(io.stderr, io.env);
  for (const note of source.notes) io.stderr.write(`${yellow('note:')} ${messageText(note)}\n`);
  const printer = options.json ? new JsonLines(io, options) : new RecordTable(io, options);
  const counts: Counts = { connections: 0, errors: 0, notices: 0, records: 0, requests: 0 };
  for await (const connection of source.connections) {
    if (io.interrupted.aborted) break;
    counts.connections += 1;
    printer.connection(connection.name);
    await decodeConnection(io, connection, (observation, time) => {
      count(counts, observation);
      printer.observe(observation, time);
    });
  }
  printer.summary(counts);
  if (counts.errors > 0) throw new CommandFailure();
}

async function decodeConnection(
  io: Io,
  { chunks, seen }: Connection,
  tell: (observation: Observation, time: number | undefined) => void,
): Promise<void> {
  const watch = new ConnectionWatch(seen);
  let latest: number | undefined;
  for await (const { bytes, direction, time } of chunks) {
    latest = time;
    const observations = bytes === undefined ? watch.end(direction) : watch.push(direction, bytes);
    for (const observation of observations) tell(observation, time);
    if (io.stdout.writableNeedDrain) await new Promise((resolve) => io.stdout.once('drain', resolve));
  }
  for (const direction of ['to-application', 'from-application'] as const) {
    for (const observation of watch.end(direction)) tell(observation, latest);
  }
  for (const observation of watch.close()) tell(observation, latest);
}

function count(counts: Counts, { findings, scanned }: Observation): void {
  for (const { level } of findings) counts[level === 'error' ? 'errors' : 'notices'] += 1;
  if (scanned?.kind !== 'record') return;
  counts.records += 1;
  if (scanned.type === 1) counts.requests += 1;
}
