import type { Answer } from './answer.ts';
import type { Ask } from './ask.ts';
import type { Peer } from './peer.ts';
import type { Recorder } from './recorder.ts';

/** One server with the application, and what asks it. */
export interface Side {
  /** What the server, rather than the application, says went wrong: codes or messages. */
  readonly reports: readonly string[];
  readonly recorder: Recorder;
  /** Stops the server. */
  close(): Promise<void>;
  /** Sends a request, and leaves the rest to the caller. */
  open(ask: Ask): Promise<Peer>;
}

/** Sends a request and waits for the answer. */
export async function askOnce(side: Side, ask: Ask): Promise<Answer> {
  const peer = await side.open(ask);
  return peer.answer;
}
