import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { Progress } from './progress.ts';

/** What the application says it has seen, in the order in which it saw it. */
export class Recorder {
  readonly notes: unknown[] = [];
  readonly #progress = new Progress();
  #open = 0;

  /** Notes what was seen: anything that can be compared. Arrow function, so that it can be handed around. */
  readonly note = (what: unknown): void => {
    this.notes.push(what);
    this.#progress.changed();
  };

  /** Counts a request in until its `req` and `res` have both been closed. */
  enter(req: IncomingMessage, res: ServerResponse): void {
    for (const message of [req, res]) {
      this.#open += 1;
      message.once('close', () => {
        this.#open -= 1;
        this.#progress.changed();
      });
    }
  }

  /** Resolves as soon as something has been noted. */
  until(what: unknown): Promise<void> {
    return this.#progress.until(() => this.notes.some((note) => isDeepStrictEqual(note, what)));
  }

  /** Resolves as soon as every request is over. */
  closed(): Promise<void> {
    return this.#progress.until(() => this.#open === 0);
  }
}

/** Notes every event of `req` and `res` that an application is promised, with the codes of errors. */
export function watch(note: (what: unknown) => void, req: IncomingMessage, res: ServerResponse): void {
  for (const event of ['aborted', 'end', 'close']) req.on(event, () => note(`req ${event}`));
  for (const event of ['pipe', 'unpipe', 'drain', 'finish', 'close'])
    res.on(event, () => note(`res ${event}`));
  req.on('error', (error) => note(['req error', codeOf(error)]));
  res.on('error', (error) => note(['res error', codeOf(error)]));
}

/** The code of an error, or its message. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
