import { appendFileSync, existsSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * What an application tells the tests beside its answers: one file a token, one line a note. Files, because a web
 * server may run the application in several processes.
 */
export class NotesWriter {
  readonly #folder: string;

  /** @param folder an existing folder that the application may write to */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Adds a note.
   *
   * @param token which file; letters, digits and `-` only
   * @param note one line
   */
  write(token: string, note: string): void {
    appendFileSync(this.#path(token), `${note}\n`);
  }

  /**
   * Waits until the tests have made the file `<token>.go`.
   *
   * @param token which file; letters, digits and `-` only
   * @param signal ends the waiting early, without an error
   */
  async released(token: string, signal: AbortSignal): Promise<void> {
    const path = `${this.#path(token)}.go`;
    await new Promise<void>((resolve) => {
      const watcher = watch(this.#folder, () => {
        if (existsSync(path)) finish();
      });
      const finish = () => {
        watcher.close();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      signal.addEventListener('abort', finish);
      // The file may have been made before the folder was watched.
      if (signal.aborted || existsSync(path)) finish();
    });
  }

  #path(token: string): string {
    if (!/^[a-z0-9-]+$/i.test(token)) throw new Error('a token has letters, digits and - only');
    return join(this.#folder, token);
  }
}
