import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './poll.ts';

let tokens = 0;

/** Reads what the application has noted beside its answers, and gives its waiting requests the sign to go on. */
export class Notes {
  readonly #folder: string;

  /** @param folder the scratch folder that the application was given */
  constructor(folder: string) {
    this.#folder = join(folder, 'notes');
  }

  /** A token that no other request has. */
  token(): string {
    tokens += 1;
    return `t${process.pid}-${tokens}`;
  }

  /**
   * Everything noted for a token so far, oldest first.
   *
   * @param token from {@link Notes.token}
   */
  async read(token: string): Promise<string[]> {
    try {
      return (await readFile(join(this.#folder, token), 'utf8')).trimEnd().split('\n');
    } catch {
      return [];
    }
  }

  /**
   * Waits until one of some notes has been written.
   *
   * @param token from {@link Notes.token}
   * @param wanted the notes that end the waiting
   * @returns the one that came
   * @throws Error when none has come after five seconds
   */
  waitFor<Wanted extends string>(token: string, ...wanted: readonly Wanted[]): Promise<Wanted> {
    return until(
      async () => {
        const notes = await this.read(token);
        return wanted.find((note) => notes.includes(note));
      },
      { what: `note ${wanted.join(' or ')} of the application` },
    );
  }

  /**
   * Lets the request that waits for this token go on.
   *
   * @param token from {@link Notes.token}
   */
  async release(token: string): Promise<void> {
    await writeFile(join(this.#folder, `${token}.go`), '');
  }
}
