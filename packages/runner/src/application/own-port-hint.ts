import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Notice } from './listen-interception.ts';

/** Node tells here of every connection that is made. */
const CHANNEL = 'net.client.socket';

/**
 * Says it when the application is refused at a port that it believes to have opened: once for each.
 *
 * @param isCaptured whether a port is one that is not open
 */
export function hintAtOwnPorts(isCaptured: (port: number) => boolean, notice: Notice): void {
  const said = new Set<number>();
  const failed = (address: string, port: number) => {
    if (said.has(port) || !isCaptured(port) || !isOwn(address)) return;
    said.add(port);
    notice(
      `The application connects to its own port ${port}, and is refused: fcgi run opens no port. Let it call the function instead, or ask through the web server.`,
    );
  };
  diagnostics.subscribe(CHANNEL, (message) => {
    const { socket } = message as { readonly socket: Socket };
    socket.on('connectionAttemptFailed', failed);
  });
}

function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address));
}
