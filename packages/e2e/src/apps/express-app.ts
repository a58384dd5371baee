#!/usr/bin/env node
import { join } from 'node:path';
import { fromNodeListener } from '@fcgi-js/server';
import { createExpressApp } from './express-routes.ts';
import { NotesWriter } from './notes-writer.ts';
import { serve, startArguments } from './serve.ts';

const { address, folder, mounted } = startArguments(process.argv);
const app = createExpressApp({ folder, notes: new NotesWriter(join(folder, 'notes')) });

serve({ responder: fromNodeListener(app), ...mounted }, address);
