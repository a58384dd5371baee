// What `npm start` runs: the application on a Unix socket, and something in front of it that a browser can talk to.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '@fcgi-js/client';
import { createServer, fromNodeListener } from '@fcgi-js/server';
import { app } from './app.js';
import { startNginx } from './nginx.js';

const host = '127.0.0.1';

/**
 * Serves until Ctrl-C or SIGTERM, then stops cleanly; a second Ctrl-C ends the process at once.
 * @param {{ port: number, nginx: string | undefined }} options `port`: the first to try; `nginx`: the path of the
 *   nginx program to put in front, or undefined for the embedded gateway
 */
export async function serve({ port: firstPort, nginx }) {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-js-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'app.sock');

  const server = createServer({ responder: fromNodeListener(app) });
  /** @type {{ close(): Promise<void> } | undefined} */
  let front;
  onStopSignal(async () => {
    await front?.close();
    await server.close();
    process.stdout.write('Stopped; the socket is removed.\n');
    process.exit(0);
  });

  await server.listen(`unix:${socket}`);
  const port = await freePort(firstPort);
  front =
    nginx === undefined
      ? await startGateway(socket, port)
      : await startNginx({ nginx, folder, socket, port });
  process.stdout.write(explanation(socket, port, nginx === undefined));
}

/**
 * @param {string} socket
 * @param {number} port
 * @param {boolean} gateway whether it is the gateway or nginx that stands in front
 */
function explanation(socket, port, gateway) {
  const hint = gateway
    ? 'With nginx installed, `npm start -- --nginx` puts it where the gateway is now. '
    : '';
  return `
An Express application is served over FastCGI. Open

    http://${host}:${port}/

    browser
       │  HTTP on port ${port}
    ${gateway ? 'HTTP gateway of @fcgi-js/client' : 'nginx'}
       │  FastCGI records on ${socket}
    @fcgi-js/server
       │  (req, res)
    docs/examples/express/app.js, an ordinary Express application

${hint}Ctrl-C ends it.
`;
}

/**
 * @param {string} socket
 * @param {number} port
 */
async function startGateway(socket, port) {
  const gateway = createGateway({ address: `unix:${socket}`, explain: 'local' });
  await gateway.listen({ port, host });
  return gateway;
}

/** @param {() => Promise<void>} stop */
function onStopSignal(stop) {
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (first === 0) {
        first = performance.now();
        process.stdout.write('\nStopping …\n');
        void stop();
      } else if (performance.now() - first > 500) {
        // One Ctrl-C arrives twice below npm: from the terminal and from npm itself. Only a later one is a second one.
        process.exit(130);
      }
    });
  }
}

/**
 * The first port from `port` on that nothing listens on.
 * @param {number} port
 * @returns {Promise<number>}
 */
async function freePort(port) {
  const probe = createTcpServer();
  return new Promise((resolve, reject) => {
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE' && port < 65_535) resolve(freePort(port + 1));
      else reject(error);
    });
    probe.listen({ port, host }, () => probe.close(() => resolve(port)));
  });
}
