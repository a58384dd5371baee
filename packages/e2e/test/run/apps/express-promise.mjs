// app.listen() once the database is there; the port is printed.
import { setTimeout as connectToDatabase } from 'node:timers/promises';
import express from 'express';

const app = express();
app.get('/', (_req, res) => {
  res.send('hello world');
});

export default app;

connectToDatabase(20).then(() => {
  const server = app.listen(process.env['PORT'] ?? 3000, () => console.log('Listening', server.address()));
});
