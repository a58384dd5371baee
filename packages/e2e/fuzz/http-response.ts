import { HttpResponseReader } from '../../server/src/adapters/node/http-response-reader.ts';
import { ResponseWriter } from '../../server/src/request/response-writer.ts';

const NAMES = ['X-Any', 'Content-Type', 'Connection', 'Keep-Alive', 'TE', 'Upgrade', 'Status', 'Trailer'];
const BODY_PARTS = 4;

/** Takes numbers and texts out of fuzzed bytes. */
class Choices {
  readonly #data: Buffer;
  #position = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  below(limit: number): number {
    const byte = this.#data[this.#position] ?? 0;
    this.#position += 1;
    return byte % limit;
  }

  bytes(length: number): Buffer {
    const bytes = this.#data.subarray(this.#position, this.#position + length);
    this.#position += length;
    return bytes;
  }
}

/**
 * An HTTP/1.1 response, as `ServerResponse` writes one for choices that the data makes, comes out as a CGI response: the
 * fields that are about the connection are gone, Status is there once and last, the body has no framing, and there is no more of
 * it than Content-Length says.
 */
export function fuzz(data: Buffer): void {
  const choices = new Choices(data);
  const method = choices.below(8) === 0 ? 'HEAD' : 'GET';
  const status = [200, 204, 304, 404, 500, 101][choices.below(6)] ?? 200;
  const fields = Array.from({ length: choices.below(6) }, () => {
    const value = choices
      .bytes(choices.below(20))
      .toString('latin1')
      .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '');
    return `${NAMES[choices.below(NAMES.length)]}: ${value}\r\n`;
  });
  const parts = Array.from({ length: BODY_PARTS }, () => choices.bytes(choices.below(64)));
  const body = Buffer.concat(parts);
  const framing = choices.below(3);
  const length = choices.below(80);
  if (framing === 1) fields.push('Transfer-Encoding: chunked\r\n');
  if (framing === 2) fields.push(`Content-Length: ${length}\r\n`);
  const head = `HTTP/1.1 ${status} Fine\r\n${fields.join('')}\r\n`;
  const interim = choices.below(3) === 0 ? 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n' : '';
  const written = framing === 1 ? parts.map(asChunk) : parts;
  if (framing === 1) written.push(Buffer.from('0\r\n\r\n'));
  const { heads, received } = read(method, [Buffer.from(interim), Buffer.from(head, 'latin1'), ...written]);
  if (heads.length !== 1) throw new Error(`There are ${heads.length} heads.`);
  checkHead(heads[0] ?? '', status);
  const bodyless = method === 'HEAD' || status === 204 || status === 304;
  const expected = bodyless ? Buffer.alloc(0) : framing === 2 ? body.subarray(0, length) : body;
  if (!received.equals(expected))
    throw new Error(`Body ${received.toString('hex')}, not ${expected.toString('hex')}.`);
}

function asChunk(part: Buffer): Buffer {
  if (part.length === 0) return part;
  return Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
}

function read(method: string, writes: readonly Buffer[]): { heads: string[]; received: Buffer } {
  const heads: string[] = [];
  const received: Buffer[] = [];
  let isHead = false;
  const write = (chunk: string | Uint8Array, encoding: BufferEncoding = 'utf8') => {
    const bytes = Buffer.from(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    if (isHead) heads.push(bytes.toString('latin1'));
    else received.push(bytes);
    return true;
  };
  const writer = new ResponseWriter({ output: { flush: () => {}, write }, report: () => {} });
  const reader = new HttpResponseReader(method, {
    head: (head) => {
      isHead = true;
      writer.head(head);
      isHead = false;
    },
    body: (chunk, encoding) => writer.body(chunk, encoding),
  });
  for (const bytes of writes) if (bytes.length > 0) reader.write(bytes, 'latin1');
  return { heads, received: Buffer.concat(received) };
}

function checkHead(head: string, status: number): void {
  if (!head.endsWith('\r\n\r\n')) throw new Error('The head has no end.');
  const names = head
    .slice(0, -4)
    .split('\r\n')
    .map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
  const forbidden = ['connection', 'keep-alive', 'te', 'upgrade', 'trailer', 'transfer-encoding'];
  if (names.some((name) => forbidden.includes(name)))
    throw new Error('A field of the connection has passed.');
  const statuses = names.filter((name) => name === 'status');
  if (statuses.length !== 1 || names.at(-1) !== 'status')
    throw new Error('Status is not there once and last.');
  if (!head.includes(`Status: ${status}`)) throw new Error(`Another status than ${status}.`);
}
