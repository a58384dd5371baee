import { ConnectionInspector, type Observation } from '../connection-inspector.ts';
import type { RecordedConnection } from './recording.ts';

/** An observation of a recorded connection. */
export interface RecordedObservation extends Observation {
  /** When its last bytes passed, in milliseconds since 1970; `undefined` where the recording has no times. */
  readonly time: number | undefined;
}

/**
 * Inspects a recorded connection to its end, with a {@link ConnectionInspector}.
 *
 * ```ts
 * for await (const connection of recording.connections) {
 *   for await (const { findings } of inspectConnection(connection)) console.log(findings);
 * }
 * ```
 *
 * @throws what reading the recording throws
 */
export async function* inspectConnection({
  chunks,
  seen,
}: RecordedConnection): AsyncGenerator<RecordedObservation> {
  const inspector = new ConnectionInspector(seen);
  let time: number | undefined;
  const timed = (observation: Observation): RecordedObservation => ({ ...observation, time });
  for await (const { bytes, direction, time: passed } of chunks) {
    time = passed;
    const observations = bytes === undefined ? inspector.end(direction) : inspector.push(direction, bytes);
    for (const observation of observations) yield timed(observation);
  }
  for (const direction of ['to-application', 'from-application'] as const) {
    for (const observation of inspector.end(direction)) yield timed(observation);
  }
  for (const observation of inspector.close()) yield timed(observation);
}
