import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { createGateway, type Gateway, parseAddress } from '@fcgi-js/client';
import { Tap } from '@fcgi-js/inspector/tap';
import type { FcgiServer } from '@fcgi-js/server';
import type { Random } from '../random.ts';
import { plannedServer } from './application.ts';
import type { Ledger } from './ledger.ts';
import { LyingApplication } from './lying-application.ts';

/** Applications: ours, and one that lies. */
const APPLICATIONS = ['server', 'lying'] as const;

/** Everything that exchanges go through: two applications, each alone and behind a tap, and behind each of these a gateway. */
export class World {
  readonly #folder: string;
  readonly #gateways: Gateway[] = [];
  #lying: LyingApplication | undefined;
  readonly server: FcgiServer;
  readonly #listening: Array<HttpServer | Server> = [];

  private constructor(ledger: Ledger) {
    this.#folder = mkdtempSync(join(tmpdir(), 'fcgi-desync-'));
    this.server = plannedServer(ledger);
  }

  static async start(ledger: Ledger): Promise<World> {
    const world = new World(ledger);
    await world.server.listen(world.path('server'));
    world.#lying = await LyingApplication.start(world.path('lying'), ledger);
    for (const name of APPLICATIONS) {
      await world.#startTap(name);
      await world.#startGateway(name);
      await world.#startGateway(`${name}-tap`);
    }
    return world;
  }

  /** The path of a socket. */
  path(name: string): string {
    return join(this.#folder, `${name}.sock`);
  }

  /** The address of an application: with a tap before it or not. */
  addressOf(random: Random, name: string = random.pick(APPLICATIONS)): string {
    return `unix:${this.path(random.chance(0.5) ? name : `${name}-tap`)}`;
  }

  /** The path of the socket of a gateway. */
  gatewayPath(random: Random): string {
    return this.path(`${random.pick(APPLICATIONS)}${random.pick(['', '-tap'])}-gateway`);
  }

  async #startGateway(name: string): Promise<void> {
    const gateway = createGateway({ address: `unix:${this.path(name)}`, onError: () => {} });
    const server = createHttpServer(gateway.listener);
    await new Promise<void>((resolve) => server.listen(this.path(`${name}-gateway`), resolve));
    this.#gateways.push(gateway);
    this.#listening.push(server);
  }

  /** A tap in front of the application of that name. */
  async #startTap(name: string): Promise<void> {
    const tap = new Tap({
      onBroken: () => {},
      printer: { finished: () => {}, observed: () => {} },
      upstream: parseAddress(`unix:${this.path(name)}`),
    });
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      tap.accept(socket),
    );
    await new Promise<void>((resolve) => server.listen(this.path(`${name}-tap`), resolve));
    this.#listening.push(server);
  }

  /** A connection to our server: in memory, over a Unix socket, or through a tap. */
  async connect(random: Random): Promise<Duplex> {
    if (random.chance(0.4)) {
      const [near, far] = duplexPair();
      this.server.accept(far);
      return near;
    }
    const path = this.addressOf(random, 'server').slice('unix:'.length);
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
    await Promise.all(this.#gateways.map((gateway) => gateway.close({ timeout: 1_000 })));
    await this.server.close({ timeout: 1_000 });
    this.#lying?.stop();
    for (const server of this.#listening) server.close();
    rmSync(this.#folder, { force: true, recursive: true });
  }
}
