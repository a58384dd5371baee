import express from 'express';
import { WebSocketServer } from 'ws';

const app = express();
app.get('/', (_req, res) => res.send('a page'));
const server = app.listen(3000);
new WebSocketServer({ path: '/ws', server }).on('connection', (socket, request) => {
  const { remoteAddress: address } = request.socket;
  socket.send(JSON.stringify({ address, pid: process.pid, url: request.url }));
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
