import { serve, upgradeWebSocket } from '@hono/node-server';
import { Hono } from 'hono';
import { WebSocketServer } from 'ws';

const app = new Hono();
app.get('/', (c) => c.text('a page'));
app.get(
  '/ws',
  upgradeWebSocket(({ env }) => ({
    onOpen: (_event, socket) => {
      const { socket: peer, url } = env.incoming;
      socket.send(JSON.stringify({ address: peer.remoteAddress, pid: process.pid, url }));
    },
    onMessage: ({ data }, socket) => socket.send(data),
  })),
);
const server = /** @type {import('@hono/node-server').WebSocketServerLike} */ (
  new WebSocketServer({ noServer: true })
);
serve({ fetch: app.fetch, port: 3000, websocket: { server } });
