// Hono by its own adapter for Node, which has light classes in the place of the global Request and Response.
import { fromNodeListener } from '@fcgi-js/server';
import { getRequestListener } from '@hono/node-server';
import { app } from './parts/hono-app.ts';
import { serveFastCgi } from './parts/serve.ts';

await serveFastCgi(fromNodeListener(getRequestListener(app.fetch)));
