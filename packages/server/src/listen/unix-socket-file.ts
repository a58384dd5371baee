import { lstatSync, unlinkSync } from 'node:fs';

/** How {@link UnixSocketFile} knows its file. */
export interface UnixSocketFileOptions {
  /** {@link UnixSocketFile.identity} in the process that has made it; by default that of what is at the path now. */
  readonly identity?: string;
  /** Whether the file is this process's to remove, default true. */
  readonly owned?: boolean;
}

/** The file of a listening Unix socket, as {@link listenOnUnixSocket} has made it. */
export class UnixSocketFile {
  /** Absolute. */
  readonly path: string;
  /**
   * Which file it is, for another process that is given the socket: one that is at the path later may be another's. Empty where there was
   * none any more; `undefined` where the file is not this process's, or may not be looked at.
   */
  readonly identity: string | undefined;

  /** @param path of a socket that this process listens on, or has been given by the process that made it */
  constructor(path: string, { identity, owned = true }: UnixSocketFileOptions = {}) {
    this.path = path;
    this.identity = owned ? (identity ?? identityOf(path)) : undefined;
  }

  /** Whether the file has gone, or another one is in its place. One that may not be looked at counts as there. */
  isGone(): boolean {
    if (this.identity === undefined) return false;
    const found = identityOf(this.path);
    return found === '' || (found !== undefined && found !== this.identity);
  }

  /**
   * Removes the file, so that no new connection arrives. Leaves what another process has put there since, and, where this
   * process may not remove it (any more, because it is no longer root), the file: the next one to listen there replaces
   * what no process listens on.
   *
   * @throws the error of the system, other than for want of permission
   */
  remove(): void {
    if (!this.identity || identityOf(this.path) !== this.identity) return;
    try {
      unlinkSync(this.path);
    } catch (error) {
      if (!['EACCES', 'ENOENT', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** Empty where there is nothing; `undefined` where it may not be looked at. */
function identityOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? '' : `${stats.dev}:${stats.ino}`;
  } catch {
    return undefined;
  }
}
