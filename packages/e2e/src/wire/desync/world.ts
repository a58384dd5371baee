import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { parseAddress } from '@fcgi-js/client';
import { Tap } from '@fcgi-js/inspector/tap';
import type { FcgiServer } from '@fcgi-js/server';
import type { Random } from '../random.ts';
import { plannedServer } from './application.ts';
import type { Ledger } from './ledger.ts';

/** Everything that exchanges go through: our server, alone and behind a tap. */
export class World {
  readonly #folder: string;
  readonly server: FcgiServer;
  readonly #taps: Server[] = [];

  private constructor(ledger: Ledger) {
    this.#folder = mkdtempSync(join(tmpdir(), 'fcgi-desync-'));
    this.server = plannedServer(ledger);
  }

  static async start(ledger: Ledger): Promise<World> {
    const world = new World(ledger);
    await world.server.listen(world.path('server'));
    await world.tap('server');
    return world;
  }

  /** The path of a socket. */
  path(name: string): string {
    return join(this.#folder, `${name}.sock`);
  }

  /** The address of an application: with a tap before it or not. */
  addressOf(name: string, random: Random): string {
    return `unix:${this.path(random.chance(0.5) ? name : `${name}-tap`)}`;
  }

  /** A tap in front of the application of that name. */
  async tap(name: string): Promise<void> {
    const tap = new Tap({
      onBroken: () => {},
      printer: { finished: () => {}, observed: () => {} },
      upstream: parseAddress(`unix:${this.path(name)}`),
    });
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => tap.accept(socket));
    await new Promise<void>((resolve) => server.listen(this.path(`${name}-tap`), resolve));
    this.#taps.push(server);
  }

  /** A connection to our server: in memory, over a Unix socket, or through a tap. */
  async connect(random: Random): Promise<Duplex> {
    if (random.chance(0.4)) {
      const [near, far] = duplexPair();
      this.server.accept(far);
      return near;
    }
    const { kind, path } = { kind: 'unix', path: this.addressOf('server', random).slice('unix:'.length) };
    if (kind !== 'unix') throw new Error('It is no Unix socket.');
    return await new Promise<Socket>((resolve, reject) => {
      const socket = connect({ allowHalfOpen: true, path });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  async stop(): Promise<void> {
    await this.server.close({ timeout: 1_000 });
    for (const tap of this.#taps) tap.close();
    rmSync(this.#folder, { force: true, recursive: true });
  }
}
