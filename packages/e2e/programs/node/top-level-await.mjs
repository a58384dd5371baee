import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as connect } from 'node:timers/promises';

const database = await connect(30, 'hello');
const server = createServer((req, res) => res.end(`${database} ${req.url}`));
server.listen({ port: 3000, host: '127.0.0.1' });
await once(server, 'listening');
console.log('listening', server.listening);
