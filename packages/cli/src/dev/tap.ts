import type { Socket } from 'node:net';
import { formatAddress, parseAddress } from '@fcgi-js/client';
import { openListener } from '../tap/listener.ts';
import { Relay } from '../tap/relay.ts';
import { RequestLog, type TapPrinter } from '../tap/request-log.ts';

/** A socket on which everything that passes to an application and back is seen. */
export interface Tap {
  readonly address: string;
  /** Accepts no more, and cuts off what is open. */
  close(): void;
}

const ONLY_THIS_USER = 0o600;

/**
 * Sits in front of an application.
 *
 * @param path of the socket
 * @param upstream where the application listens
 */
export async function openTap(path: string, upstream: string, printer: TapPrinter): Promise<Tap> {
  const target = parseAddress(upstream);
  const relays = new Set<Relay>();
  let count = 0;
  const listener = await openListener(parseAddress(path), ONLY_THIS_USER);
  listener.server.on('connection', (socket: Socket) => {
    count += 1;
    const log = new RequestLog(count, printer);
    const relay = new Relay(socket, target, {
      passes: (direction, bytes) => log.passes(direction, bytes, Date.now()),
      over: () => {
        log.close(Date.now());
        relays.delete(relay);
      },
    });
    relays.add(relay);
  });
  return {
    address: formatAddress(parseAddress(path)),
    close: () => {
      listener.close();
      for (const relay of relays) relay.destroy();
    },
  };
}
