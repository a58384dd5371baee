#!/usr/bin/env node
import { join } from 'node:path';
import { fromFetchHandler } from '@fcgi-js/server';
import { createHonoApp } from './hono-routes.ts';
import { NotesWriter } from './notes-writer.ts';
import { serve, startArguments } from './serve.ts';

const { address, folder, mounted } = startArguments(process.argv);
const app = createHonoApp({ folder, notes: new NotesWriter(join(folder, 'notes')) });

serve({ responder: fromFetchHandler(app.fetch), ...mounted }, address);
