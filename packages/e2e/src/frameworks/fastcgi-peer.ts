import { connect, type Socket } from 'node:net';
import {
  encodeAbortRequest,
  encodeBeginRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  type FcgiRecord,
  ProtocolStatus,
  RecordDecoder,
  RecordType,
  Role,
} from '@fcgi-js/protocol';
import { type Answer, fieldOf, isBodyless, NO_ANSWER, parseField } from './answer.ts';
import type { ResolvedAsk } from './ask.ts';
import { comparable } from './expected-differences.ts';
import { type BrowserConnection, paramsOf } from './fastcgi-params.ts';
import type { Peer } from './peer.ts';
import { Progress } from './progress.ts';

/** How a web server treats its connections, and tells that the browser has gone. */
export interface WebServerManners {
  readonly keepConn: boolean;
  readonly leaving: 'abort' | 'close';
}

const ID = 1;
const HEAD_END = '\r\n\r\n';

/** A web server with one request, over a connection of its own to a Unix socket. */
export class FastcgiPeer implements Peer {
  readonly answer: Promise<Answer>;
  readonly #ask: ResolvedAsk;
  readonly #manners: WebServerManners;
  readonly #socket: Socket;
  readonly #decoder = new RecordDecoder();
  readonly #progress = new Progress();
  #stdout = Buffer.alloc(0);
  #stderr = '';
  #headEnd = -1;
  #appStatus: number | undefined;
  #left = false;
  #over = false;

  private constructor(
    ask: ResolvedAsk,
    browser: BrowserConnection,
    manners: WebServerManners,
    socket: Socket,
  ) {
    this.#ask = ask;
    this.#manners = manners;
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    this.answer = this.#progress.until(() => this.#over).then(() => this.#toAnswer());
    // Together, as a web server sends them: when the body comes matters to the order of events.
    socket.cork();
    socket.write(encodeBeginRequest({ requestId: ID, role: Role.Responder, keepConn: manners.keepConn }));
    socket.write(encodeParams(ID, paramsOf(ask, browser)));
    socket.write(encodeStreamEnd(RecordType.Params, ID));
    if (ask.body !== undefined) this.send(ask.body);
    if (ask.body !== undefined || (ask.contentLength === undefined && !ask.chunked)) this.endBody();
    socket.uncork();
  }

  /** Connects to an application and sends it the request. */
  static async open(
    ask: ResolvedAsk,
    browser: BrowserConnection,
    manners: WebServerManners,
    path: string,
  ): Promise<FastcgiPeer> {
    const socket = connect({ path, allowHalfOpen: false });
    await new Promise((resolve) => socket.once('connect', resolve));
    return new FastcgiPeer(ask, browser, manners, socket);
  }

  /** The head of the answer as it came, without the blank line. */
  get headText(): string {
    return this.#stdout.toString('latin1', 0, Math.max(0, this.#headEnd));
  }

  /** What came on STDERR. */
  get stderr(): string {
    return this.#stderr;
  }

  send(part: string | Uint8Array): void {
    const bytes = Buffer.from(part);
    if (bytes.length > 0) this.#socket.write(encodeStream(RecordType.Stdin, ID, bytes));
  }

  endBody(): void {
    this.#socket.write(encodeStreamEnd(RecordType.Stdin, ID));
  }

  head(): Promise<void> {
    return this.#progress.until(() => this.#headEnd !== -1 || this.#over);
  }

  received(bytes: number): Promise<void> {
    return this.#progress.until(() => this.#body.length >= bytes || this.#over);
  }

  leave(): void {
    this.#left = true;
    if (this.#manners.leaving === 'close') this.#socket.destroy();
    else this.#socket.resume().write(encodeAbortRequest(ID));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  get #body(): Buffer {
    return this.#headEnd === -1 ? NO_ANSWER.body : this.#stdout.subarray(this.#headEnd + HEAD_END.length);
  }

  #receive(bytes: Buffer): void {
    this.#decoder.push(bytes);
    try {
      for (let record = this.#decoder.next(); record !== undefined; record = this.#decoder.next())
        this.#take(record);
    } catch {
      // The application has broken its response off with something that is no record.
      this.#socket.destroy();
    }
    this.#progress.changed();
  }

  #take(record: FcgiRecord): void {
    if (record.type === RecordType.Stdout) {
      this.#stdout = Buffer.concat([this.#stdout, record.content]);
      if (this.#headEnd === -1) this.#headEnd = this.#stdout.indexOf(HEAD_END);
    } else if (record.type === RecordType.Stderr) {
      this.#stderr += Buffer.from(record.content).toString();
    } else if (record.type === RecordType.EndRequest) {
      if (record.protocolStatus === ProtocolStatus.RequestComplete) this.#appStatus = record.appStatus;
      this.#end();
    }
  }

  #end(): void {
    this.#over = true;
    this.#socket.destroy();
    this.#progress.changed();
  }

  #toAnswer(): Answer {
    if (this.#headEnd === -1) return NO_ANSWER;
    const lines = this.#stdout.toString('latin1', 0, this.#headEnd).split('\r\n');
    const fields = lines.map(parseField);
    const [, code, reason = ''] = /^(\d{3}) ?(.*)$/.exec(fieldOf(fields, 'status')!)!;
    const status = Number(code);
    const length = fieldOf(fields, 'content-length');
    const whole =
      length === undefined || isBodyless(status, this.#ask.method) || this.#body.length === Number(length);
    return {
      body: this.#body,
      complete: whole && this.#appStatus === 0 && !this.#left,
      headers: comparable(
        fields.filter(([name]) => name !== 'Status'),
        this.#ask,
      ),
      reason,
      status,
    };
  }
}
