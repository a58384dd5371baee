import { Hono } from 'hono';
import { HELLO } from './texts.ts';

/** The application of every contender with Hono. */
export const app = new Hono();

app.get('/', (context) => context.text(HELLO));
