import { basename, dirname } from 'node:path';
import { createServer, fromNodeListener } from '@fcgi-js/server';

/** How an application of these tests was started: `app [ADDRESS] [FOLDER]`. */
export interface StartArguments {
  /** Where to listen, default `fd:0`: a web server or spawn-fcgi has passed the listening socket. */
  readonly address: string;
  /** Where the files to serve and the folder `notes` are, default the folder of the program. */
  readonly folder: string;
}

/**
 * Reads the arguments of this process.
 *
 * @param argv `process.argv`
 */
export function startArguments(argv: readonly string[]): StartArguments {
  const program = argv[1] ?? '.';
  return { address: argv[2] ?? 'fd:0', folder: argv[3] ?? dirname(program) };
}

/**
 * Serves a Node listener over FastCGI, prints `ready` when connections are accepted, and ends on SIGTERM once the
 * running requests have ended, with exit status 0.
 *
 * @param listener an Express application or any `(req, res)` function
 * @param address where to listen
 */
export async function serve(
  listener: Parameters<typeof fromNodeListener>[0],
  address: string,
): Promise<void> {
  const server = createServer({
    responder: fromNodeListener(listener),
    onError: (error) => console.error(`${basename(process.argv[1] ?? '')}: ${String(error)}`),
  });
  const close = async () => {
    try {
      await server.close({ timeout: 2_000 });
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
    }
  };
  // Some web servers send it more than once; without a listener the second would end the process.
  let isClosing = false;
  process.on('SIGTERM', () => {
    if (!isClosing) void close();
    isClosing = true;
  });
  await server.listen(address);
  console.log('ready');
}
