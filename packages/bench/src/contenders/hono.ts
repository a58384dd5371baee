import { fromFetchHandler } from '@fcgi-js/server';
import { createAdaptorServer } from '@hono/node-server';
import { app } from './parts/hono-app.ts';
import { obeyBenchmark, programArguments } from './parts/program.ts';
import { serveFastCgi } from './parts/serve.ts';

const { transport, socketPath } = programArguments();
if (transport === 'fastcgi') {
  await serveFastCgi(fromFetchHandler(app.fetch));
} else {
  createAdaptorServer({ fetch: app.fetch }).listen(socketPath);
  obeyBenchmark();
}
