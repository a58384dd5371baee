import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { formatAddress, parseAddress } from '@fcgi-js/client';
import { Relay, RequestLog, type TapPrinter } from '@fcgi-js/inspector/tap';

/** A socket on which everything that passes to an application and back is seen. */
export interface Tap {
  readonly address: string;
  /** Accepts no more, and cuts off what is open. */
  close(): void;
}

/**
 * Sits in front of an application.
 *
 * @param path of the socket; in a folder that only this user may look into
 * @param upstream where the application listens
 */
export async function openTap(path: string, upstream: string, printer: TapPrinter): Promise<Tap> {
  const target = parseAddress(upstream);
  const relays = new Set<Relay>();
  let count = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.on('connection', (socket: Socket) => {
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
  await once(server.listen(path), 'listening');
  return {
    address: formatAddress(parseAddress(path)),
    close: () => {
      server.close();
      for (const relay of relays) relay.destroy();
    },
  };
}
