import { createServer } from 'node:http';
import { createTerminus } from '@godaddy/terminus';
import express from 'express';

const app = express();
app.get('/*any', (req, res) => {
  res.send(`hello ${req.originalUrl}`);
});
const server = createServer(app);
createTerminus(server, {
  signal: 'SIGTERM',
  healthChecks: { '/healthcheck': async () => 'well' },
  onSignal: async () => console.log('server is starting cleanup'),
  onShutdown: async () => console.log('cleanup finished, server is shutting down'),
});
server.listen(3000);
