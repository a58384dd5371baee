import Koa from 'koa';
import { serveListener } from './parts/serve.ts';
import { HELLO } from './parts/texts.ts';

const app = new Koa();

app.use((context) => {
  context.type = 'text/plain';
  context.body = HELLO;
});

await serveListener(app.callback());
