// What the preset node-server of Nitro writes.
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { createApp, defineEventHandler, toNodeListener } from 'h3-v1';

const h3App = createApp();
h3App.use(defineEventHandler((event) => `hello ${event.node.req.originalUrl}`));

const cert = process.env.NITRO_SSL_CERT;
const key = process.env.NITRO_SSL_KEY;
const server =
  cert && key ? new HttpsServer({ key, cert }, toNodeListener(h3App)) : new HttpServer(toNodeListener(h3App));
const port = process.env.NITRO_PORT || process.env.PORT || 3000;
const host = process.env.NITRO_HOST || process.env.HOST;
const path = process.env.NITRO_UNIX_SOCKET;
const listener = server.listen(path ? { path } : { port, host }, (error) => {
  if (error) {
    console.error(error);
    process.exit(1);
  }
  const address = listener.address();
  if (typeof address === 'string') console.log(`Listening on unix socket ${address}`);
  else console.log(`Listening on http://${address.address}:${address.port}`);
});
process.on('unhandledRejection', (error) => console.error('[unhandledRejection]', error));
