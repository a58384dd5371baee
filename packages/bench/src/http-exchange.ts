import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Where and what to ask for. */
export interface ExchangeOptions {
  /** The Host header, by which the web server chooses. */
  readonly host: string;
  readonly port: number;
  /** Bytes to upload; without it the request is a GET. */
  readonly uploadBytes?: number;
}

/** An answer of status 200. */
export interface Exchanged {
  /** Length of the body. */
  readonly bytes: number;
  /** The body, as far as its first chunk. */
  readonly text: string;
}

const piece = Buffer.alloc(65_536, 'x');

/**
 * Sends one request over a connection of its own and reads the answer to its end.
 *
 * @throws Error where it is not 200 or breaks off
 */
export function exchange(options: ExchangeOptions): Promise<Exchanged> {
  const { host, port, uploadBytes } = options;
  const isUpload = uploadBytes !== undefined;
  return new Promise((resolve, reject) => {
    const req = request({
      agent: false,
      headers: { host, ...(isUpload ? { 'content-length': uploadBytes } : {}) },
      host: '127.0.0.1',
      method: isUpload ? 'POST' : 'GET',
      port,
    });
    req.on('error', reject);
    req.on('response', (res) => {
      let bytes = 0;
      let text: string | undefined;
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        text ??= chunk.toString('latin1');
      });
      res.on('error', reject);
      res.on('end', () => {
        if (res.statusCode === 200) resolve({ bytes, text: text ?? '' });
        else reject(new Error(`${host} answered ${res.statusCode}: ${text ?? ''}`));
      });
    });
    if (isUpload) pipeline(Readable.from(pieces(uploadBytes)), req).catch(reject);
    else req.end();
  });
}

function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length) {
    yield left < piece.length ? piece.subarray(0, left) : piece;
  }
}
