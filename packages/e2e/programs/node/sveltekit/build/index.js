// The layout of @sveltejs/adapter-node.
import process from 'node:process';
import polka from 'polka';
import { handler } from './handler.js';

export const path = process.env.SOCKET_PATH ?? false;
export const host = process.env.HOST ?? '0.0.0.0';
export const port = process.env.PORT ?? (!path && '3000');

const server = polka().use(handler);

server.listen({ path, host, port }, () => {
  console.log(`Listening on ${path || `http://${host}:${port}`}`);
});

function gracefulShutdown(reason) {
  server.server.closeIdleConnections();
  server.server.close((error) => {
    if (error) return;
    console.log(`shut down by ${reason}`);
    process.emit('sveltekit:shutdown', reason);
  });
}

process.on('SIGTERM', gracefulShutdown);
process.on('SIGINT', gracefulShutdown);

export { server };
