import { Readable } from 'node:stream';
import { FcgiOptionError } from '@fcgi-js/protocol/options';
import { type InputName, LENGTH_RULES } from './announced-length.ts';
import { FcgiClientError } from './errors.ts';

/** Bytes for the application: there as a whole, or made on the way. Text is sent as UTF-8. */
export type FcgiInput = AsyncIterable<string | Uint8Array> | Readable | string | Uint8Array;

/**
 * The bytes of one input stream, never more or fewer than the params announce: php-fpm takes what follows a
 * body that is too long for records of its own, and waits for the rest of one that is too short.
 */
export class Input {
  /** The bytes, where they are there as a whole, so that a request can be sent a second time. */
  readonly bytes: Uint8Array | undefined;
  readonly #announced: number | undefined;
  readonly #name: InputName;
  readonly #source: AsyncIterable<string | Uint8Array> | undefined;
  #iterator: AsyncIterator<string | Uint8Array> | undefined;
  #length = 0;

  /**
   * @param announced bytes, by CONTENT_LENGTH or FCGI_DATA_LENGTH; `undefined` where these are absent
   * @throws FcgiOptionError where `input` is nothing that gives bytes
   * @throws FcgiClientError where it is there as a whole and its length is not the announced one
   */
  constructor(name: InputName, input: FcgiInput | undefined, announced: number | undefined) {
    this.#name = name;
    this.#announced = announced;
    if (typeof input === 'string') this.bytes = Buffer.from(input);
    else if (input === undefined) this.bytes = new Uint8Array(0);
    else if (isBytes(input)) this.bytes = input;
    else if (typeof input?.[Symbol.asyncIterator] === 'function') this.#source = input;
    else throw new FcgiOptionError(`${name} must be bytes, a string, a Readable or an async iterable.`);
    if (this.bytes !== undefined) this.#check(this.bytes.length, true);
  }

  /**
   * The next piece of a stream, or `undefined` at its end.
   *
   * @throws FcgiClientError where the source fails, or gives more or fewer bytes than announced
   */
  async next(): Promise<Uint8Array | undefined> {
    const value = await this.#pull();
    if (value === undefined) {
      this.#check(this.#length, true);
      return undefined;
    }
    this.#length += value.length;
    this.#check(this.#length, false);
    return value;
  }

  /** Says that no more is wanted: ends an iterator, destroys a Readable. Errors of either are of no interest. */
  cancel(): void {
    this.#cancel().catch(() => {});
  }

  async #cancel(): Promise<void> {
    const source = this.#source;
    if (source instanceof Readable) {
      source.on('error', () => {});
      source.destroy();
    } else {
      this.#iterator ??= source?.[Symbol.asyncIterator]();
      await this.#iterator?.return?.();
    }
  }

  async #pull(): Promise<Uint8Array | undefined> {
    try {
      this.#iterator ??= this.#source?.[Symbol.asyncIterator]();
      const result = await this.#iterator?.next();
      if (result === undefined || result.done) return undefined;
      if (typeof result.value === 'string') return Buffer.from(result.value);
      if (isBytes(result.value)) return result.value;
      throw new FcgiOptionError('A piece of an input stream must be a Uint8Array or a string.');
    } catch (cause) {
      throw new FcgiClientError('FCGI_SOURCE_FAILED', `The source of ${this.#name} failed.`, { cause });
    }
  }

  #check(length: number, isAll: boolean): void {
    const announced = this.#announced;
    if (announced === undefined || length === announced || (!isAll && length < announced)) return;
    const { code, param } = LENGTH_RULES[this.#name];
    throw new FcgiClientError(
      code,
      `${param} announces ${announced} bytes, but ${this.#name} has ${isAll ? length : `at least ${length}`}.`,
    );
  }
}

/** Not by `instanceof`, which does not know the arrays of other realms. */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}
