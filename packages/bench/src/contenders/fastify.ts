import { fastify } from 'fastify';
import { serveListener } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

const app = fastify();

app.get('/', (_request, reply) => {
  reply.type('text/plain').send(HELLO);
});

await app.ready();
await serveListener((req, res) => app.routing(req, res));
