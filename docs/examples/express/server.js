#!/usr/bin/env node
// The whole FastCGI part: `server.js unix:/run/app.sock` listens there. With no argument it serves on file
// descriptor 0, where lighttpd, mod_fcgid and spawn-fcgi hand a listening socket to the programs they start.
import { createServer, fromNodeListener } from '@fcgi-js/server';
import { app } from './app.js';

const server = createServer({ responder: fromNodeListener(app) });
await server.listen(process.argv[2] ?? 'fd:0');

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => server.close());
}
