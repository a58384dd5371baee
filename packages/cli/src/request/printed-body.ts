import { Transform, type TransformCallback } from 'node:stream';
import { messageText } from '@fcgi-js/inspector/text';

/** A body on its way to a file or a pipe, which gets its bytes as they are. */
export class PrintedBody extends Transform {
  /** Bytes that have come. */
  count = 0;

  override _transform(chunk: Uint8Array, _encoding: string, callback: TransformCallback): void {
    this.count += chunk.length;
    this.pass(chunk, callback);
  }

  /** Hands on what has come. */
  protected pass(chunk: Uint8Array, callback: TransformCallback): void {
    callback(null, chunk);
  }
}

/**
 * A body on its way to a terminal: text is shown with what the terminal would obey as escapes, and anything else is
 * refused, as curl does.
 */
export class TerminalBody extends PrintedBody {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  protected override pass(chunk: Uint8Array, callback: TransformCallback): void {
    this.#show(callback, () => this.#decoder.decode(chunk, { stream: true }));
  }

  override _flush(callback: TransformCallback): void {
    this.#show(callback, () => this.#decoder.decode());
  }

  #show(callback: TransformCallback, decode: () => string): void {
    const text = textOf(decode);
    if (text === undefined) callback(new Error(NO_TEXT));
    else callback(null, messageText(text.replaceAll('\r\n', '\n')));
  }
}

const NO_TEXT =
  'it is not text, and this is a terminal. Write it to a file with -o FILE, or as it is to the terminal with -o -.';

/** `undefined` where it is none: bytes that are no UTF-8, or a NUL. */
function textOf(decode: () => string): string | undefined {
  try {
    const text = decode();
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
