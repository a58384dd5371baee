import { appendFileSync, closeSync, constants, fchmodSync, fstatSync } from 'node:fs';
import { TAP_FILE_HEAD, type TapEntry } from '@fcgi-js/inspector';
import { openFile, systemReason } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';

const OWNER_ONLY = 0o600;
const OVERWRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;

/** A file that all bytes are written to, before they are passed on, so that it is whole whatever happens. */
export class Recording {
  readonly #file: number;
  readonly #onFailure: (error: Error) => void;
  /** Whether everything is in it. */
  isWhole = true;

  /**
   * @param path is overwritten
   * @param onFailure told once, when the file cannot be written any more
   * @throws CommandFailure where it cannot be opened
   */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#onFailure = onFailure;
    try {
      this.#file = openFile(path, OVERWRITE, { mode: OWNER_ONLY });
      // Of a file that was there before, the mode is the old one.
      if (fstatSync(this.#file, { bigint: true }).isFile()) fchmodSync(this.#file, OWNER_ONLY);
      appendFileSync(this.#file, `${JSON.stringify(TAP_FILE_HEAD)}\n`);
    } catch (error) {
      throw new CommandFailure(`Cannot write to ${path}: ${systemReason(error)}`, undefined, {
        cause: error,
      });
    }
  }

  add(entry: Omit<TapEntry, 'bytes'>, bytes: Uint8Array | undefined): void {
    if (!this.isWhole) return;
    const content = bytes === undefined ? {} : { bytes: Buffer.from(bytes).toString('base64') };
    try {
      appendFileSync(this.#file, `${JSON.stringify({ ...entry, ...content })}\n`);
    } catch (error) {
      this.isWhole = false;
      this.#onFailure(error as Error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
