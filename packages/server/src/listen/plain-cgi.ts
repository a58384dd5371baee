import { Duplex } from 'node:stream';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  RecordDecoder,
  RecordType,
  Role,
} from '@fcgi-js/protocol';
import { cgiVariables, type Variables } from './cgi-environment.ts';
import type { Listener, ListenerOwner } from './listener.ts';

const REQUEST_ID = 1;

/**
 * Serves the one request of a plain CGI process. It is put into FastCGI records, so that everything behind is
 * the same; the records of the answer are taken apart again.
 */
export async function servePlainCgi(owner: ListenerOwner): Promise<Listener> {
  owner.acceptLocal(new CgiConnection(cgiVariables()));
  return { address: 'cgi', close: () => Promise.resolve() };
}

/** The web server's end of a connection that carries one request: environment and stdin in, stdout out. */
class CgiConnection extends Duplex {
  readonly #decoder = new RecordDecoder();
  readonly #hasBody: boolean;
  #bodyStarted = false;

  constructor(variables: Variables) {
    super({ allowHalfOpen: true });
    this.#hasBody = hasBody(variables);
    this.push(encodeBeginRequest({ requestId: REQUEST_ID, role: Role.Responder, keepConn: false }));
    this.push(encodeParams(REQUEST_ID, variables));
    this.push(encodeStreamEnd(RecordType.Params, REQUEST_ID));
    if (!this.#hasBody) this.push(encodeStreamEnd(RecordType.Stdin, REQUEST_ID));
    // The web server has gone.
    process.stdout.on('error', (error) => this.destroy(error));
    // Who does not read the error log gets no say in what is served.
    process.stderr.on('error', () => {});
  }

  override _read(): void {
    if (!this.#hasBody) return;
    const { stdin } = process;
    if (this.#bodyStarted) {
      stdin.resume();
      return;
    }
    this.#bodyStarted = true;
    stdin.on('data', (chunk: Buffer) => {
      if (!this.push(encodeStream(RecordType.Stdin, REQUEST_ID, chunk))) stdin.pause();
    });
    stdin.on('end', () => this.push(encodeStreamEnd(RecordType.Stdin, REQUEST_ID)));
    stdin.on('error', (error) => this.destroy(error));
  }

  override _write(
    chunk: Uint8Array,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    this.#decoder.push(chunk);
    let flowing = true;
    for (let record = this.#decoder.next(); record !== undefined; record = this.#decoder.next()) {
      if (record.type === RecordType.Stderr) process.stderr.write(record.content);
      else if (record.type === RecordType.Stdout && record.content.length > 0) {
        flowing = process.stdout.write(record.content);
      } else if (record.type === RecordType.EndRequest) {
        process.exitCode = Math.min(record.appStatus, 255);
      }
    }
    if (flowing) callback();
    else process.stdout.once('drain', callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    // An unread body must not keep the process.
    process.stdin.destroy();
    this.push(null);
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    process.stdin.destroy();
    callback(error);
  }
}

/** §4.1.2: without CONTENT_LENGTH there is no body, but Apache passes chunked uploads without one. */
function hasBody(variables: Variables): boolean {
  const length = variables.get('CONTENT_LENGTH') ?? '';
  return Number(length) > 0 || (length === '' && (variables.get('HTTP_TRANSFER_ENCODING') ?? '') !== '');
}
