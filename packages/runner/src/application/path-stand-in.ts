import { closeSync, openSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * An empty file in the place of a Unix socket that an application believes to have opened: it may give it other
 * permissions, or remove it.
 */
export class PathStandIn {
  readonly #path: string;
  #isThere = true;
  readonly #atExit = () => this.remove();

  private constructor(path: string) {
    this.#path = path;
    process.once('exit', this.#atExit);
  }

  /** @returns `undefined` where something is there already, or nothing can be */
  static create(path: string): PathStandIn | undefined {
    // Abstract sockets have no file.
    if (path.startsWith('\0')) return undefined;
    try {
      closeSync(openSync(path, 'wx'));
      // The application may go to another folder.
      return new PathStandIn(resolve(path));
    } catch {
      // As where Node may not open a socket there, the application will see that there is no file.
      return undefined;
    }
  }

  /** Removes the file, as Node does with a socket that is closed. */
  remove(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    process.off('exit', this.#atExit);
    rmSync(this.#path, { force: true });
  }
}
