import { lstatSync, unlinkSync } from 'node:fs';

/** The file of a listening Unix socket, as {@link listenOnUnixSocket} has made it. */
export class UnixSocketFile {
  /** Absolute. */
  readonly path: string;
  readonly #identity: string | undefined;

  /**
   * @param path of a socket that this process listens on, or has been given by the process that made it
   * @param options `owned`: whether the file is this process's to remove, default true
   */
  constructor(path: string, { owned = true }: { readonly owned?: boolean } = {}) {
    this.path = path;
    this.#identity = owned ? identityOf(path) : undefined;
  }

  /** Whether the file has gone, or another one is in its place. One that may not be looked at counts as there. */
  isGone(): boolean {
    try {
      return this.#identity !== undefined && identityOf(this.path) !== this.#identity;
    } catch {
      return false;
    }
  }

  /**
   * Removes the file, so that no new connection arrives. Leaves what another process has put there since, and, where this
   * process may not remove it (any more, because it is no longer root), the file: the next one to listen there replaces
   * what no process listens on.
   *
   * @throws the error of the system, other than for want of permission
   */
  remove(): void {
    if (this.#identity === undefined || identityOf(this.path) !== this.#identity) return;
    try {
      unlinkSync(this.path);
    } catch (error) {
      if (!['EACCES', 'ENOENT', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function identityOf(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}
