import { RecordType } from '@fcgi-js/protocol';
import type { Observation } from '../connection-inspector.ts';

/** Shows a recording, observation by observation. */
export interface RecordingPrinter {
  /** A connection begins. */
  connection(name: string | undefined): void;
  /** What is next on it; `time` in milliseconds since 1970, where the recording has times. */
  observe(observation: Observation, time: number | undefined): void;
  /** Everything has been decoded. */
  summary(counts: RecordingCounts): void;
}

/** What of a recording is shown. */
export interface RecordingPrinterOptions {
  /** All bytes of bodies, too. */
  readonly content?: boolean;
  /** Params, heads and STDERR. */
  readonly params: boolean;
  /** Values of cookies, tokens and the like, which are hidden otherwise. */
  readonly showSecrets?: true;
}

/** How much of what a recording has. */
export interface RecordingCounts {
  connections: number;
  errors: number;
  notices: number;
  records: number;
  requests: number;
}

/** Counts what has been observed; the connections are the caller's to count. */
export function countObservation(counts: RecordingCounts, { findings, scanned }: Observation): void {
  for (const { level } of findings) counts[level === 'error' ? 'errors' : 'notices'] += 1;
  if (scanned?.kind !== 'record') return;
  counts.records += 1;
  if (scanned.type === RecordType.BeginRequest) counts.requests += 1;
}
