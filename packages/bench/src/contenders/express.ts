import express from 'express';
import { serveListener } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

const app = express();

app.get('/', (_req, res) => {
  res.type('text/plain').send(HELLO);
});

await serveListener(app);
