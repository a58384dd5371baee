// `node parent.mjs SETUP`: opens a listening socket and passes it on, as a web server does, without ever accepting.
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * @typedef {object} Setup
 * @property {[string, ...string[]]} command what to start
 * @property {number} fd the descriptor that it gets the socket as
 * @property {import('node:net').ListenOptions} listen
 * @property {number} times how often, one after the other
 */

const { command, fd, listen, times } = /** @type {Setup} */ (JSON.parse(process.argv[2] ?? ''));
const server = /** @type {import('node:net').Server & { _handle: { fd: number } }} */ (createServer());
await new Promise((resolve) => server.listen(listen, () => resolve(undefined)));

const info = server.address();
const address = typeof info === 'string' ? `unix:${info}` : `tcp:${info?.address}:${info?.port}`;
writeSync(1, `opened ${address}\n`);

/** @type {Array<'inherit' | 'ignore' | number>} */
const stdio = ['ignore', 'inherit', 'inherit', 'ignore', 'ignore', 'ignore'];
stdio[fd] = server._handle.fd;
// While it waits, nothing else runs here.
for (let i = 0; i < times; i += 1) spawnSync(command[0], command.slice(1), { stdio });
process.exit();
