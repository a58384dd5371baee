import { H3, serve } from 'h3';

const app = new H3().get('/**', (event) => `hello ${event.url.pathname}${event.url.search}`);
serve(app, { port: 3000, silent: true });
