import { closeSync } from 'node:fs';
import { RunnerError } from '../errors.ts';
import type { RunPlan } from '../options/run-plan.ts';
import type { Inheritance, LeftSocket } from '../process/inheritance.ts';
import { type HeldSocket, leftSocket } from './held-socket.ts';
import type { Inherited } from './pool-socket.ts';

/** The sockets of the runner before this one, and which applications have them now. */
export class LeftSockets {
  readonly #kind: RunPlan['kind'];
  readonly #sockets: readonly LeftSocket[] | undefined;

  /** @param left undefined where there was no runner before this one */
  constructor(left: Inheritance | undefined, kind: RunPlan['kind']) {
    this.#kind = kind;
    this.#sockets = left?.sockets;
  }

  /**
   * That of an application; undefined for one that opens its own.
   *
   * @throws RunnerError where the only application is to be served elsewhere than before
   */
  of(listen: string): LeftSocket | undefined {
    const found = this.#sockets?.find((socket) => socket.listen === listen && socket.carries === undefined);
    if (found !== undefined || this.#sockets === undefined || this.#kind === 'several') return found;
    const ofRequests = this.#sockets.filter(({ carries }) => carries === undefined);
    const before = ofRequests.map((socket) => socket.listen).join(', ');
    throw new RunnerError(
      'FCGI_SOCKET_UNUSABLE',
      `--listen was ${before} and is ${listen} now: another socket needs a stop and a start.`,
    );
  }

  /** That of the upgrades of an application; undefined for one that opens its own, or has none. */
  ofUpgrades(listen: string | undefined): HeldSocket | undefined {
    const found = this.#sockets?.find((socket) => socket.listen === listen && socket.carries === 'upgrades');
    return found && leftSocket(found);
  }

  /** Closes those whose applications are gone from the configuration. */
  closeOthers(wanted: readonly string[]): void {
    for (const { fd, listen, ports } of this.#sockets ?? []) {
      if (!wanted.includes(listen)) for (const each of [fd, ...ports.map((port) => port.fd)]) closeSync(each);
    }
  }
}

/** Such a socket, to be served on. */
export function inheritedFrom(socket: LeftSocket): Inherited {
  const { address, ports } = socket;
  return { address, close: async () => {}, ports, socket: leftSocket(socket) };
}
