import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { RecordScanner, type ScannedRecord } from '@fcgi-js/inspector';
import { RecordType } from '@fcgi-js/protocol';
import { pairBytes, readPairs, record } from '../wire/records.ts';
import { Transcript } from '../wire/transcript.ts';
import { Exchange } from './exchange.ts';

/** What the application does with a request. It is called when PARAMS have ended. */
export type Script = (exchange: Exchange) => void;

const { BeginRequest, GetValues, GetValuesResult, Params } = RecordType;

/** Answers once the whole request is there. */
export function whenWhole(answer: Script): Script {
  return (exchange) => {
    const look = setInterval(() => {
      if (!exchange.isWhole) return;
      clearInterval(look);
      answer(exchange);
    }, 1);
    look.unref();
  };
}

/** The application that the checks play in front of a web server: it answers what the check that runs wants. */
export class ScriptedApplication {
  /** Every request since the last `reset`. */
  readonly exchanges: Exchange[] = [];
  readonly transcripts: Transcript[] = [];
  /** Records that belong to no request. */
  readonly strays: ScannedRecord[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #script: Script = () => undefined;

  constructor() {
    this.#server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => this.#serve(socket));
  }

  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.closeConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Forgets what was before, and does this from now on. */
  reset(script: Script): void {
    this.#script = script;
    this.exchanges.length = 0;
    this.strays.length = 0;
    this.transcripts.length = 0;
  }

  closeConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    const scanner = new RecordScanner();
    let transcript = new Transcript();
    const active = new Map<number, Exchange>();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // The web server may leave at any time.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      // A kept connection serves the next check.
      if (!this.transcripts.includes(transcript)) {
        transcript = new Transcript();
        this.transcripts.push(transcript);
      }
      transcript.add('to-application', bytes);
      scanner.push(bytes);
      for (let scanned = scanner.next(); scanned !== undefined; scanned = scanner.next()) {
        if (scanned.kind === 'record') this.#take(scanned, socket, active, transcript);
      }
    });
  }

  #take(scanned: ScannedRecord, socket: Socket, active: Map<number, Exchange>, transcript: Transcript): void {
    const { content, requestId, type } = scanned;
    if (type === GetValues) {
      const names = readPairs(Buffer.from(content)) ?? [];
      const values = names.flatMap(([name]) => (name === 'FCGI_MPXS_CONNS' ? [[name, '0'] as const] : []));
      socket.write(record(GetValuesResult, 0, pairBytes(values)));
      return;
    }
    if (type === BeginRequest) {
      const exchange = new Exchange(scanned, socket, transcript);
      active.set(requestId, exchange);
      this.exchanges.push(exchange);
      return;
    }
    const exchange = active.get(requestId);
    if (exchange === undefined) {
      this.strays.push(scanned);
      return;
    }
    exchange.records.push(scanned);
    if (type === Params && content.length === 0) this.#script(exchange);
  }
}
