import { appendFileSync, closeSync } from 'node:fs';
import { TAP_FILE_HEAD, type TapEntry } from '../recordings/tap-file.ts';

/** Writes a file of `fcgi tap --save`: all bytes before they are passed on, so that it is whole whatever happens. */
export class TapFileWriter {
  readonly #file: number;
  readonly #onFailure: (error: Error) => void;
  /** Whether everything is in it. */
  isWhole = true;

  /**
   * @param file the descriptor of an empty file; {@link TapFileWriter.close} closes it
   * @param onFailure called once, when the file cannot be written any more: nothing is added to it from then on
   * @throws the error of the system where not even the first line can be written
   */
  constructor(file: number, onFailure: (error: Error) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
    appendFileSync(file, `${JSON.stringify(TAP_FILE_HEAD)}\n`);
  }

  /** @param bytes `undefined` where the direction ends */
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

  /** Closes the file. */
  close(): void {
    closeSync(this.#file);
  }
}
