import { basename, dirname } from 'node:path';
import { createServer, type FcgiServerOptions } from '@fcgi-js/server';
import { listenInMemory } from './listen-in-memory.ts';

/** How an application of these tests was started: `app [ADDRESS] [FOLDER] [MOUNT]`. */
export interface StartArguments {
  /**
   * Where to listen: an address of the library, or `memory:/path`, which {@link listenInMemory} explains. Default
   * `fd:0`: a web server or spawn-fcgi has passed the listening socket.
   */
  readonly address: string;
  /** Where the files to serve and the folder `notes` are, default the folder of the program. */
  readonly folder: string;
  /** The prefix that the web server does not tell it, if any. */
  readonly mounted: Pick<FcgiServerOptions, 'mount'>;
}

/**
 * Reads the arguments of this process.
 *
 * @param argv `process.argv`
 */
export function startArguments(argv: readonly string[]): StartArguments {
  const program = argv[1] ?? '.';
  const mount = argv[4];
  return {
    address: argv[2] ?? 'fd:0',
    folder: argv[3] ?? dirname(program),
    mounted: mount === undefined ? {} : { mount },
  };
}

/**
 * Serves an application over FastCGI, prints `ready` when connections are accepted, and ends on SIGTERM once the
 * running requests have ended, with exit status 0. A failure is printed and becomes exit status 1.
 *
 * @param options what `createServer` takes
 * @param address where to listen
 */
export function serve(options: FcgiServerOptions, address: string): void {
  const fail = (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  };
  start(options, address, fail).catch(fail);
}

async function start(
  options: FcgiServerOptions,
  address: string,
  fail: (error: unknown) => void,
): Promise<void> {
  const server = createServer({
    onError: (error) => console.error(`${basename(process.argv[1] ?? '')}: ${String(error)}`),
    ...options,
  });
  let stopListening: (() => void) | undefined;
  // Some web servers send it more than once; without a listener the second would end the process.
  let isClosing = false;
  process.on('SIGTERM', () => {
    if (isClosing) return;
    isClosing = true;
    stopListening?.();
    server.close({ timeout: 2_000 }).catch(fail);
  });
  if (address.startsWith('memory:')) {
    stopListening = await listenInMemory(server, address.slice('memory:'.length));
  } else {
    await server.listen(address);
  }
  console.log('ready');
}
