import { Server } from 'node:net';
import { createServer, UnixSocketFile } from '@fcgi-js/server';
import { listenFailure } from '../listen-failure.ts';

/**
 * The process that opens the socket for `fcgi run --workers`, with the address and options as arguments: listens, passes
 * the socket to its parent, and ends. All in the turn in which it has begun to listen: Node accepts in the next one, and what this
 * process accepted would be lost.
 */
const [address = '', options = '{}'] = process.argv.slice(2);
const { allow, ...listenOptions } = JSON.parse(options);

let opened: Server | undefined;
const { listen } = Server.prototype;
Server.prototype.listen = function (this: Server, ...args: Parameters<typeof listen>) {
  opened = this;
  return listen.apply(this, args);
} as typeof listen;

const end = () => process.exit();
try {
  const server = createServer({ responder: () => 0, ...(allow === undefined ? {} : { allow }) });
  const listening = await server.listen(address, listenOptions);
  // The bare handle: a `net.Server` would accept as soon as it is received.
  const { _handle } = opened as Server & { readonly _handle?: Server };
  const file = listening.startsWith('unix:')
    ? { file: new UnixSocketFile(listening.slice('unix:'.length)).identity }
    : {};
  process.send?.({ address: listening, ...file }, _handle, {}, end);
} catch (error) {
  process.send?.(
    { error: error instanceof Error ? listenFailure(error) : String(error) },
    undefined,
    {},
    end,
  );
}
