import websocket from '@fastify/websocket';
import fastify from 'fastify';

const app = fastify();
await app.register(websocket);
app.get('/', async () => 'a page');
app.get('/ws', { websocket: true }, (socket, { raw }) => {
  const { socket: peer, url } = raw;
  socket.send(JSON.stringify({ address: peer.remoteAddress, pid: process.pid, url }));
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
await app.listen({ port: 3000 });
