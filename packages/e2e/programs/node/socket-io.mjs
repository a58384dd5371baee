import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';

const app = express();
const server = createServer(app);
const io = new Server(server);

app.get('/*any', (req, res) => {
  res.send(`hello ${req.originalUrl}`);
});
io.on('connection', (socket) => {
  socket.emit('greeting', 'hello');
});
server.listen(3000, () => {
  console.log('server running at http://localhost:3000');
});
