import { createServer } from '@fcgi-js/server';

/**
 * An application whose web server is going to vanish: `vanishing-app ADDRESS ALLOW KEEP_ALIVE_DELAY`. `/` is answered,
 * `/waits` never, and `/streams` with a line every 200 ms. Prints the events of the connections that it has, each with
 * the time in milliseconds.
 */

const [address = '', allow = '', keepAliveDelay = ''] = process.argv.slice(2);

function say(what: string): void {
  process.stdout.write(`${Date.now()} ${what}\n`);
}

const server = createServer({
  allow: [allow],
  limits: { idleTimeout: 75_000, keepAliveDelay: Number(keepAliveDelay) },
  onError: (error) => say(`error ${error instanceof Error ? error.message : String(error)}`),
  responder: ({ params, signal, stdout }) => {
    const name = params.get('REQUEST_URI')?.slice(1) ?? '';
    stdout.write('Status: 200\r\n\r\n');
    if (name === '') {
      stdout.end('Hello');
      return undefined;
    }
    const timer = name === 'streams' ? setInterval(() => stdout.write('tick\n'), 200) : undefined;
    return new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        clearInterval(timer);
        say(`aborted ${name}`);
        resolve();
      });
    });
  },
});
await server.listen(address);
say('listening');

let connections = 0;
setInterval(() => {
  const now = server.stats().connections;
  if (now !== connections) say(`connections ${now}`);
  connections = now;
}, 50);
