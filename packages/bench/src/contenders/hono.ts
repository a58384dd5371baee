import { fromFetchHandler } from '@fcgi-js/server';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { obeyBenchmark, programArguments } from './parts/program.ts';
import { serveFastCgi } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

const app = new Hono();

app.get('/', (context) => context.text(HELLO));

const { transport, socketPath } = programArguments();
if (transport === 'fastcgi') {
  await serveFastCgi(fromFetchHandler(app.fetch));
} else {
  createAdaptorServer({ fetch: app.fetch }).listen(socketPath);
  obeyBenchmark();
}
