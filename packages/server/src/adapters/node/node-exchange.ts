import type { Params } from '../../cgi/params.ts';
import { requestTarget } from '../../cgi/request-target.ts';
import { isEncrypted } from '../../cgi/request-url.ts';
import { LARGE_HEAD_BYTES } from '../../cgi/response-head.ts';
import { FcgiServerError } from '../../errors.ts';
import type { FcgiRequest } from '../../request/fcgi-request.ts';
import type { InputSink } from '../../request/input-source.ts';
import { HttpResponseReader, type ResponseSink } from './http-response-reader.ts';
import { createMessages, dumpBody, emitDrain, emitEarlyClose, type HttpMessages } from './messages.ts';
import { RequestSocket, type SocketAddresses, type SocketPeer } from './request-socket.ts';

/**
 * One request between FastCGI and the objects of `node:http`: feeds the body to `req`, reads the response that
 * `res` writes, and sees to it that both end as they do on Node's own server.
 */
export class NodeExchange implements InputSink, ResponseSink, SocketPeer {
  readonly req: HttpMessages['req'];
  readonly res: HttpMessages['res'];
  readonly #request: FcgiRequest;
  readonly #socket: RequestSocket;
  readonly #reader: HttpResponseReader;
  #ended = false;

  constructor(request: FcgiRequest) {
    const { params } = request;
    this.#request = request;
    this.#socket = new RequestSocket(this, addressesOf(params));
    const { req, res } = createMessages(params, requestTarget(params), this.#socket);
    this.req = req;
    this.res = res;
    this.#reader = new HttpResponseReader(req.method!, this);
    request.input.attach(this);
    request.onAbort = (error) => this.#aborted(error);
    request.output.onDrain = () => this.#drained();
    // By now all of the response has been written to the socket; `finish` waits until it has left.
    res.once('prefinish', () => this.#responseComplete());
    res.once('finish', () => this.#responseSent());
    this.#socket.on('timeout', () => this.#timedOut());
  }

  push(chunk: Uint8Array): boolean {
    this.#socket.touch(chunk.length);
    return this.req.push(chunk);
  }

  end(): void {
    this.req.complete = true;
    this.req.push(null);
  }

  fail(error: Error): void {
    this.req.destroy(resetError(error));
  }

  resume(): void {
    this.#request.input.resume();
  }

  write(data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined): boolean {
    this.#reader.write(data, encoding);
    const { output } = this.#request;
    return output.write('', 'latin1', callback);
  }

  head(text: string): void {
    if (text.length > LARGE_HEAD_BYTES) {
      this.#request.report(
        new FcgiServerError(
          'FCGI_RESPONSE_HEAD_LARGE',
          'request',
          `The response head has ${text.length} bytes. nginx answers 502 above its fastcgi_buffer_size, 4096 by default; raise it, or send fewer and smaller fields.`,
        ),
      );
    }
    this.#request.output.write(text, 'latin1');
  }

  body(chunk: string | Uint8Array, encoding: BufferEncoding): void {
    this.#request.output.write(chunk, encoding);
  }

  surplus(): void {
    this.#request.report(
      new FcgiServerError(
        'FCGI_RESPONSE_TOO_LONG',
        'request',
        'The body is longer than its Content-Length; the rest was dropped.',
      ),
    );
  }

  destroyed(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#request.fail(
      error ??
        new FcgiServerError('FCGI_HANDLER_FAILED', 'request', 'The application destroyed its response.'),
    );
  }

  #responseComplete(): void {
    if (this.#ended) return;
    const { missing } = this.#reader;
    if (!this.#reader.headRead || missing > 0) {
      this.#ended = true;
      this.#request.fail(
        missing > 0
          ? new FcgiServerError(
              'FCGI_RESPONSE_TOO_SHORT',
              'request',
              `The body ended ${missing} bytes before its Content-Length.`,
            )
          : new FcgiServerError(
              'FCGI_RESPONSE_EMPTY',
              'request',
              'The application ended without a final response.',
            ),
      );
      return;
    }
    this.#ended = true;
    this.#request.complete();
  }

  #responseSent(): void {
    dumpBody(this.req);
    this.#socket.close();
  }

  #drained(): void {
    this.#socket.writableNeedDrain = false;
    this.#socket.emit('drain');
    emitDrain(this.res);
  }

  /** The web server has gone. What is written nonetheless is sent if the connection still takes it. */
  #aborted(error: Error): void {
    if (this.#request.output.closed) {
      this.#ended = true;
      this.#socket.close();
      this.#closeRequest(error);
      return;
    }
    this.#closeRequest(error);
    emitEarlyClose(this.res, this.#socket);
  }

  /** A body that has arrived whole stays readable; otherwise `req` is told that the rest will not come. */
  #closeRequest(error: Error): void {
    const { req } = this;
    if (req.destroyed || (req.complete && req.readableLength > 0)) return;
    const { destroyed } = this.#socket;
    // Otherwise `req` would destroy its socket, and with it the response.
    this.#socket.destroyed = true;
    req.destroy(req.complete ? undefined : resetError(error));
    this.#socket.destroyed = destroyed;
  }

  #timedOut(): void {
    const { req, res } = this;
    const heard = (!req.complete && req.emit('timeout', this.#socket)) || res.emit('timeout', this.#socket);
    if (!heard) this.#socket.destroy();
  }
}

/** What `node:http` gives a request whose browser went away; the reason is its cause. */
function resetError(cause: Error): Error {
  return Object.assign(new Error('aborted', { cause }), { code: 'ECONNRESET' });
}

function addressesOf(params: Params): SocketAddresses {
  return {
    encrypted: isEncrypted(params),
    remoteAddress: params.get('REMOTE_ADDR') || undefined,
    remotePort: portOf(params.get('REMOTE_PORT')),
    localAddress: params.get('SERVER_ADDR') || undefined,
    localPort: portOf(params.get('SERVER_PORT')),
  };
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
