import { createServer, type Server, type Socket } from 'node:net';
import { join, record } from 'test-support';
import { Random } from '../random.ts';
import { Type } from '../requests.ts';
import type { Ledger } from './ledger.ts';
import { Outbox } from './outbox.ts';
import type { Plan } from './plan.ts';
import { RecordReader, type SentRecord, uriOf } from './record-reader.ts';
import { padding, split } from './split.ts';

/** A request of a client, as far as it has come. */
interface Open {
  answered: boolean;
  params: Uint8Array[];
  plan: Plan | undefined;
  received: number;
}

/**
 * An application from bytes. It keeps the rules of records, and its answers are whole records of requests and answers, with lengths that
 * lie. It answers in the middle of a body or after it. Every record of the client is read strictly, so that a
 * body that got out of its records is found.
 */
export class LyingApplication {
  readonly #ledger: Ledger;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  static async start(path: string, ledger: Ledger): Promise<LyingApplication> {
    const application = new LyingApplication(ledger);
    await new Promise<void>((resolve) => application.#server.listen(path, resolve));
    return application;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const outbox = new Outbox(socket);
    const reader = new RecordReader();
    const open = new Map<number, Open>();
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const each of reader.push(chunk)) this.#take(outbox, open, each);
      } catch (error) {
        this.#ledger.problems.push(`The application got ${(error as Error).message}`);
        socket.destroy();
      }
    });
  }

  #take(outbox: Outbox, open: Map<number, Open>, { content, id, type }: SentRecord): void {
    if (type === Type.begin) {
      if (open.get(id)?.answered === false) throw new Error(`BEGIN_REQUEST of ${id}, which is active.`);
      open.set(id, { answered: false, params: [], plan: undefined, received: 0 });
      return;
    }
    const request = open.get(id);
    if (request === undefined) throw new Error(`a record of type ${type} of ${id}, which has not begun.`);
    if (type === Type.params) this.#takeParams(outbox, request, id, content);
    else if (type === Type.stdin) this.#takeStdin(outbox, request, id, content);
    else if (type === Type.abort) this.#end(outbox, request, id);
    else throw new Error(`a record of type ${type}.`);
  }

  #takeParams(outbox: Outbox, request: Open, id: number, content: Uint8Array): void {
    if (content.length > 0) {
      request.params.push(content);
      return;
    }
    request.plan = this.#ledger.execute(uriOf(join(...request.params)));
    if (request.plan?.reads === 0) this.#answer(outbox, request, id);
  }

  #takeStdin(outbox: Outbox, request: Open, id: number, content: Uint8Array): void {
    if (request.plan === undefined) throw new Error('STDIN before the end of PARAMS.');
    this.#ledger.received(request.plan, content);
    request.received += content.length;
    if (content.length === 0 || request.received >= request.plan.reads) this.#answer(outbox, request, id);
  }

  #answer(outbox: Outbox, request: Open, id: number): void {
    if (request.answered || request.plan === undefined) return;
    request.answered = true;
    outbox.reseed(request.plan.token);
    outbox.add(id, answerOf(request.plan, id));
  }

  /** The request was aborted. */
  #end(outbox: Outbox, request: Open, id: number): void {
    if (request.answered) return;
    request.answered = true;
    outbox.add(id, [record(Type.end, id, new Uint8Array(8))]);
  }
}

/** The same for the same plan. */
function answerOf(plan: Plan, id: number): Uint8Array[] {
  const random = new Random(plan.token);
  const length = plan.answerLength === undefined ? '' : `Content-Length: ${plan.answerLength}\r\n`;
  const head = `Status: 200 OK\r\nContent-Type: text/plain\r\n${length}X-Token: ${plan.token}\r\n\r\n`;
  const stdout = join(head, plan.answer);
  const records = [...split(Type.stdout, id, stdout, random)];
  if (random.chance(0.1)) {
    const content = plan.answer.subarray(0, 500);
    records.splice(random.below(records.length), 0, record(Type.stderr, id, content, padding(random)));
  }
  if (random.chance(0.7)) records.push(record(Type.stdout, id, '', padding(random)));
  records.push(record(Type.end, id, new Uint8Array(8), padding(random)));
  return records;
}
