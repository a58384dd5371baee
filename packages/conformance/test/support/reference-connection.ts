import type { Socket } from 'node:net';
import type { Fault, FaultyApplication } from './faults.ts';
import { answerOf, type Request, routeOf, spoil, stay } from './reference-answers.ts';
import { pair, readHeader, readPairs } from './reference-records.ts';

const [BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
];
const VALUES = new Map([
  ['FCGI_MAX_CONNS', '2000'],
  ['FCGI_MAX_REQS', '2000'],
  ['FCGI_MPXS_CONNS', '1'],
]);
/** Bytes of params of one request, requests and bytes of a body: what is beyond them is refused. */
const LIMITS = { body: 32_000_000, params: 1_000_000, requests: 1_000 };

/** One connection to a reference application. */
export class Connection {
  readonly #active = new Map<number, Request>();
  readonly #app: FaultyApplication;
  readonly #ended = new Set<number>();
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #count = 0;
  #isLast = false;
  #isOver = false;

  constructor(app: FaultyApplication, socket: Socket) {
    this.#app = app;
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('drain', () => socket.resume());
    socket.on('end', () => this.#halfClosed());
    socket.on('close', () => {
      this.#left();
      for (const { timer } of this.#active.values()) clearTimeout(timer);
    });
  }

  #has(fault: Fault): boolean {
    return this.#app.has(fault);
  }

  #halfClosed() {
    if (this.#has('lost-half-close')) this.#socket.destroy();
    this.#left();
    if (this.#active.size === 0) this.#close();
    this.#isLast = true;
  }

  /** The peer sends no more: requests that are not whole never will be. */
  #left() {
    const left = [...this.#active.values()].filter(({ state }) => state !== 'answering');
    if (this.#has('dies-of-cut-header') && this.#buffer.length > 0) return this.#app.die();
    if (this.#has('dies-of-cut-params') && left.some(({ state }) => state === 'params'))
      return this.#app.die();
    if (this.#has('dies-of-cut-body') && left.some(({ state }) => state === 'stdin')) return this.#app.die();
    for (const { id, timer } of left) if (timer === undefined) this.#active.delete(id);
  }

  #close() {
    this.#isOver = true;
    this.#socket.end();
    this.#socket.resume();
  }

  #take(bytes: Buffer) {
    if (this.#isOver) return;
    const waits = this.#has('waits-for-next-record') ? 1 : 0;
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    if (this.#has('needs-whole-headers') && bytes.length < 8) this.#buffer = Buffer.alloc(0);
    let at = 0;
    for (; !this.#isOver && at + 8 + waits <= this.#buffer.length; ) {
      const end = this.#record(at, waits);
      if (end === undefined) break;
      at = end;
    }
    this.#buffer = this.#buffer.subarray(at);
    if (this.#socket.writableNeedDrain) this.#socket.pause();
  }

  /** @returns where the record ends; `undefined` where more bytes must come */
  #record(at: number, waits: number): number | undefined {
    const buffer = this.#buffer;
    const version = buffer.readUInt8(at);
    const type = buffer.readUInt8(at + 1);
    const { id, length, padding, size } = readHeader(this.#app, buffer.subarray(at));
    const end = at + 8 + size;
    if (version !== 1) {
      if (this.#has('dies-of-version-0') && version === 0) this.#app.die();
      if (buffer.readUInt32BE(at) === 0 && buffer.readUInt32BE(at + 4) === 0) return at + 8;
      this.#close();
      return undefined;
    }
    if (end + waits > buffer.length) return undefined;
    if (this.#has('reserved-byte') && buffer[at + 7] !== 0) this.#close();
    else this.#dispatch(type, id, buffer.subarray(at + 8, Math.min(at + 8 + length, end)));
    const rest = buffer.subarray(at + 8 + length, end);
    if (this.#has('executes-padding') && rest.length > 7 && rest[0] === 1) return end - padding;
    return end;
  }

  #dispatch(type: number, id: number, content: Buffer) {
    this.#count += 1;
    if (id === 0 || type > 11) return this.#manage(type, id, content);
    if (type === BEGIN) return this.#begin(id, content);
    const request = this.#active.get(id);
    if (request === undefined) return this.#stray(type, id, content);
    if (type === ABORT) this.#abort(request);
    else if (type === PARAMS && request.state === 'params') this.#param(request, content);
    else if (type === STDIN && request.state !== 'params') this.#stdin(request, content);
  }

  #stray(type: number, id: number, content: Buffer) {
    if (this.#has('closes-at-late-params') && type === PARAMS) this.#close();
    if (this.#has('closes-at-late-stdin') && type === STDIN && content.length > 0) this.#close();
    if (this.#has('closes-at-late-data') && type === DATA) this.#close();
    if (this.#has('closes-at-late-ends') && content.length === 0 && type !== ABORT) this.#close();
    if (this.#has('answers-stray-aborts') && type === ABORT) this.#end(id, 0, 0);
    if (this.#has('executes-late-stdin') && type === STDIN && content[0] === 1) this.#execute(content);
    if (this.#has('dies-of-stdout') && type === STDOUT) this.#app.die();
    if (this.#has('dies-of-end-request') && type === END) this.#app.die();
  }

  /** What must never be done: takes content for records. */
  #execute(content: Buffer) {
    const rest = this.#buffer;
    this.#buffer = content;
    for (let at = 0; at + 8 <= content.length; ) {
      const end = this.#record(at, 0);
      if (end === undefined) break;
      at = end;
    }
    this.#buffer = rest;
  }

  #manage(type: number, id: number, content: Buffer) {
    if (this.#has('dies-of-type-0') && type === 0) this.#app.die();
    if (this.#has('dies-of-unknown-type') && type > 11 && id !== 0) this.#app.die();
    if (this.#has('dies-of-streams-of-id-0') && type === STDIN) this.#app.die();
    if (this.#has('dies-of-begin-of-id-0') && type === BEGIN) this.#app.die();
    if (this.#has('dies-of-unknown-type-reply') && type === UNKNOWN) this.#app.die();
    if (this.#has('dies-of-many-management-records') && this.#count > 10_000) this.#app.die();
    if (id !== 0 || (type > 0 && type < GET_VALUES) || type === GET_VALUES_RESULT || type === UNKNOWN) return;
    if (type === GET_VALUES) return this.#getValues(content);
    if (this.#has('no-unknown-type')) return;
    if (this.#has('closes-after-unknown-type')) this.#close();
    if (this.#has('unknown-type-ends-request')) this.#active.clear();
    const body = Buffer.alloc(this.#has('unknown-type-of-1-byte') ? 1 : 8);
    body[0] = this.#has('unknown-type-names-11') ? UNKNOWN! : type;
    this.#send(UNKNOWN!, this.#has('unknown-type-with-id-1') ? 1 : 0, body);
  }

  #getValues(content: Buffer) {
    if (this.#has('no-get-values')) return;
    if (
      this.#has('get-values-needs-padding') &&
      content.length % 8 !== 0 &&
      this.#buffer.length === 8 + content.length
    )
      return;
    if (this.#has('get-values-one-byte-lengths') && (content[0] ?? 0) > 127) return;
    if (this.#has('no-empty-get-values') && content.length === 0) return;
    const names = readPairs(content);
    if (this.#has('dies-of-lying-values') && names === undefined) this.#app.die();
    const asked = this.#has('all-values') ? [...VALUES.keys()] : [...(names?.keys() ?? [])];
    const known: Record<string, unknown> = { ...Object.fromEntries(VALUES) };
    const pairs = asked.flatMap((name) => {
      if (this.#has('unknown-values')) return [pair(name, VALUES.get(name) ?? '')];
      if (this.#has('values-of-prototype') && known[name] !== undefined) return [pair(name, 'x')];
      if (this.#has('mpxs-yes') && name === 'FCGI_MPXS_CONNS') return [pair(name, 'yes')];
      if (this.#has('values-in-words') && VALUES.has(name)) return [pair(name, 'many')];
      return VALUES.has(name) ? [pair(name, VALUES.get(name) ?? '')] : [];
    });
    this.#send(GET_VALUES_RESULT!, this.#has('values-with-id-1') ? 1 : 0, Buffer.concat(pairs));
    if (this.#has('closes-after-get-values')) this.#close();
    if (this.#has('get-values-ends-requests')) this.#active.clear();
  }

  #begin(id: number, content: Buffer) {
    if (content.length < 8) {
      if (this.#has('dies-of-short-begin')) this.#app.die();
      return this.#close();
    }
    if (this.#active.has(id)) {
      if (this.#has('dies-of-active-id')) this.#app.die();
      return;
    }
    if (this.#has('one-request-a-connection') && this.#active.size > 0) return;
    if (this.#has('ids-once') && this.#ended.has(id)) return;
    if (this.#has('reserved-of-begin') && content[7] !== 0) return this.#close();
    if (this.#has('dies-of-many-begins') && this.#active.size > 900) return this.#app.die();
    const [high = 0, low = 0, flags = 0] = content;
    const role = this.#has('roles-of-one-byte') ? low : high * 256 + low;
    const request: Request = { body: [], flags, id, params: [], role, state: 'params', values: new Map() };
    if (this.#active.size >= LIMITS.requests) return this.#close();
    if (role !== 1 && !this.#has('any-role')) {
      this.#end(id, 0, 3);
      if ((flags & 1) === 0 || this.#has('unknown-role-closes')) this.#close();
      return;
    }
    this.#active.set(id, request);
  }

  #abort(request: Request) {
    if (this.#has('aborts-ignored')) return;
    if (this.#has('abort-at-begin-ignored') && request.state === 'params' && request.params.length === 0)
      return;
    if (this.#has('aborts-within-body-ignored') && request.body.length > 0) return;
    if (request.state === 'over') return;
    const late = this.#has('writes-after-abort') ? request.timer : undefined;
    if (late === undefined) clearTimeout(request.timer);
    if (this.#has('stray-answer-after-abort')) setImmediate(() => this.#write(request, '', 'late'));
    this.#end(request.id, 0, 0);
    if (this.#has('aborts-end-twice')) this.#end(request.id, 0, 0);
    if (this.#has('aborted-twice-ends-twice') && request.state === 'stdin' && request.body.length === 0) {
      request.state = 'stdin';
      return;
    }
    this.#over(request, !this.#has('abort-keeps-connection'));
  }

  #param(request: Request, content: Buffer) {
    if (this.#has('one-connection-of-params') && request.params.length === 0)
      request.params = this.#firstParams();
    if (content.length > 0) {
      request.params.push(content);
      const pairs =
        this.#has('closes-at-split-pairs') || this.#has('params-by-record') ? readPairs(content) : undefined;
      if (this.#has('closes-at-split-pairs') && pairs === undefined) this.#close();
      if (this.#has('params-by-record'))
        for (const [name, value] of pairs ?? []) request.values.set(name, value);
      if (this.#has('params-of-8000-records') && this.#count > 8_000) this.#app.die();
      if (request.params.length % 1_000 === 0) request.params = [Buffer.concat(request.params)];
      const size = request.params.reduce((sum, { length }) => sum + length, 0);
      if (size <= LIMITS.params) return;
      this.#write(request, 'Status: 431 Request Header Fields Too Large\r\n', 'too large');
      return;
    }
    this.#begun(request);
  }

  #firstParams(): Buffer[] {
    return [...this.#active.values()].map(({ params }) => params).find((params) => params.length > 0) ?? [];
  }

  /** All params are there: routes that do not need the body are answered. */
  #begun(request: Request) {
    const bytes = Buffer.concat(request.params);
    const values = readPairs(bytes);
    if (this.#has('no-answer-to-empty-params') && bytes.length === 0) return;
    if (this.#has('dies-of-lying-lengths') && values === undefined && bytes.includes('AAAA'))
      return this.#app.die();
    if (this.#has('dies-of-cut-lengths') && values === undefined && bytes.at(-2) === 0x80)
      return this.#app.die();
    request.state = 'stdin';
    if (values === undefined) return this.#write(request, 'Status: 400 Bad Request\r\n', 'not pairs');
    if (!this.#has('params-by-record')) request.values = values;
    spoil(this.#app, request.values);
    const [path, query] = routeOf(request);
    if (path === '/slow') request.timer = setTimeout(() => this.#answer(request), Number(query));
    if (path === '/early') this.#answer(request);
  }

  #stdin(request: Request, content: Buffer) {
    if (request.state !== 'stdin') return;
    const [path] = routeOf(request);
    const announced = request.values.get('CONTENT_LENGTH');
    const parsed = this.#has('lengths-read-loosely')
      ? Number.parseInt(announced ?? '', 10)
      : Number(announced);
    if (this.#has('dies-of-negative-lengths') && parsed < 0) return this.#app.die();
    if (this.#has('dies-of-long-lengths') && parsed > Number.MAX_SAFE_INTEGER) return this.#app.die();
    if (content.length > 0) return this.#bodyPart(request, content, announced, parsed);
    const length = request.body.reduce((sum, each) => sum + each.length, 0);
    if (this.#has('short-bodies-hang') && length < parsed) return;
    if (path !== '/slow') this.#answer(request);
  }

  #bodyPart(request: Request, content: Buffer, announced: string | undefined, parsed: number) {
    const [path, query] = routeOf(request);
    const have = request.body.reduce((sum, { length }) => sum + length, 0);
    if (have < LIMITS.body) request.body.push(content);
    if (request.body.length % 1_000 === 0) request.body = [Buffer.concat(request.body)];
    if (path === '/partial' && have + content.length >= Number(query)) this.#answer(request);
    if (this.#has('unread-bodies-are-records') && content.length > parsed)
      this.#execute(content.subarray(parsed));
    if (this.#has('bodies-without-length-are-records') && announced === undefined) this.#execute(content);
    if (this.#has('half-read-bodies-are-records') && path === '/partial') this.#execute(content);
    if (this.#has('lengths-read-loosely') && !/^\d*$/.test(announced ?? ''))
      this.#execute(content.subarray(parsed));
  }

  #answer(request: Request) {
    const answer = answerOf(this.#app, request);
    this.#write(request, answer.head, answer.body, answer.stderr, answer.appStatus);
  }

  #write(request: Request, head: string, body: Buffer | string, stderr = '', appStatus = 0) {
    if (this.#has('never-answers')) return;
    request.state = 'answering';
    const { id } = request;
    const stdout = Buffer.concat([
      Buffer.from(head + (this.#has('no-blank-line') ? '' : '\r\n'), 'latin1'),
      Buffer.from(body),
    ]);
    const errors = Buffer.from(this.#has('stderr-without-end') ? 'E' : stderr);
    for (let at = 0; at < errors.length; at += 65_528)
      this.#send(STDERR!, id, errors.subarray(at, at + 65_528));
    if (errors.length > 0 && !this.#has('stderr-without-end')) this.#send(STDERR!, id);
    for (let at = 0; at < stdout.length; at += 65_528)
      this.#send(STDOUT!, id, stdout.subarray(at, at + 65_528));
    if (!this.#has('no-stdout-end')) this.#send(STDOUT!, id);
    if (this.#has('stdout-after-its-end')) this.#send(STDOUT!, id, Buffer.from('x'));
    if (this.#has('sends-data')) this.#send(DATA!, id);
    this.#end(
      id,
      this.#has('status-stays') ? stay(this.#app, appStatus) : appStatus,
      this.#has('complete-is-overloaded') ? 2 : 0,
    );
    if (this.#has('ends-twice')) this.#end(id, 0, 0);
    if (this.#has('stdout-after-end')) this.#send(STDOUT!, id);
    this.#over(request, true);
  }

  #end(id: number, appStatus: number, protocolStatus: number) {
    const body = Buffer.alloc(this.#has('end-of-4-bytes') ? 4 : 8);
    body.writeUInt32BE(this.#has('app-status-of-1-byte') ? 0 : appStatus, 0);
    if (body.length > 4) body[4] = protocolStatus;
    if (this.#has('memory-in-end')) body[7] = 0x73;
    this.#send(END!, id, body);
  }

  #over(request: Request, mayClose: boolean) {
    request.state = 'over';
    this.#active.delete(request.id);
    this.#ended.add(request.id);
    const keeps = this.#has('flags-not-zero')
      ? request.flags !== 0
      : this.#has('flags-one')
        ? request.flags === 1
        : request.flags & 1;
    if (this.#has('keep-conn-typo')) this.#isLast = true;
    if (!keeps && !this.#has('never-closes') && mayClose)
      this.#isLast = !(this.#has('keeps-once-kept') && this.#ended.size > 1);
    if (this.#has('one-request-per-read')) this.#buffer = Buffer.alloc(0);
    if (this.#isLast && this.#active.size === 0) this.#close();
  }

  #send(type: number, id: number, content: Buffer = Buffer.alloc(0)): void {
    if (this.#socket.destroyed || this.#isOver) return;
    const padding = this.#has('memory-in-padding') ? 4 : -content.length & 7;
    const header = Buffer.from([
      1,
      type,
      id >> 8,
      id & 0xff,
      content.length >> 8,
      content.length & 0xff,
      padding,
      0,
    ]);
    if (this.#has('version-2') && type === STDOUT) header[0] = 2;
    if (this.#has('low-byte-of-ids')) header[2] = 0;
    if (this.#has('memory-in-header')) header[7] = 0x73;
    const filling = Buffer.alloc(padding, this.#has('memory-in-padding') ? 's' : 0);
    this.#socket.write(Buffer.concat([header, content, filling]));
  }
}
