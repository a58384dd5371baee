#!/usr/bin/env node
import { join } from 'node:path';
import { createExpressApp } from './express-routes.ts';
import { NotesWriter } from './notes-writer.ts';
import { serve, startArguments } from './serve.ts';

const { address, folder } = startArguments(process.argv);
const app = createExpressApp({ folder, notes: new NotesWriter(join(folder, 'notes')) });

serve(app, address).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
