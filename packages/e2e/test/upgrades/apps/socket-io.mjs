import express from 'express';
import { Server } from 'socket.io';

const app = express();
app.get('/', (_req, res) => res.send('a page'));
const io = new Server(app.listen(3000), { path: '/ws' });
io.on('connection', (socket) => {
  const { request } = socket;
  const { socket: peer, url } = request;
  socket.emit('hello', { address: peer.remoteAddress, pid: process.pid, url });
  socket.on('echo', (data, answer) => answer(data));
});
