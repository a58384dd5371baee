import { createServer } from 'node:http';
import { createApp, defineEventHandler, toNodeListener } from 'h3-v1';

const app = createApp();
app.use(
  '/',
  defineEventHandler(() => 'hello world'),
);
createServer(toNodeListener(app)).listen(process.env['PORT'] || 3000);
