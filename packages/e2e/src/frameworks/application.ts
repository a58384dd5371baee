import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Recorder } from './recorder.ts';

/** What `http.createServer` takes. */
export type Listener = (req: IncomingMessage, res: ServerResponse) => unknown;

/** An application that has something to clean up. */
export interface RunningApplication {
  close(): Promise<unknown> | unknown;
  readonly listener: Listener;
}

/** Makes an application, once for each server that it is to run on; it notes what it sees. */
export type MakeApplication = (
  recorder: Recorder,
) => Listener | RunningApplication | Promise<Listener | RunningApplication>;

/** Makes an application, and has each of its requests counted by the recorder. */
export async function startApplication(
  make: MakeApplication,
  recorder: Recorder,
): Promise<RunningApplication> {
  const made = await make(recorder);
  const { close, listener } = typeof made === 'function' ? { close: () => undefined, listener: made } : made;
  return {
    close,
    listener: (req, res) => {
      recorder.enter(req, res);
      return listener(req, res);
    },
  };
}
