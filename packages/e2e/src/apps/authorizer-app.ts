#!/usr/bin/env node
import { join } from 'node:path';
import { fromAuthorizer, fromNodeListener } from '@fcgi-js/server';
import { createAuthorizer, showRequest } from './authorizer-routes.ts';
import { NotesWriter } from './notes-writer.ts';
import { serve, startArguments } from './serve.ts';

const { address, folder } = startArguments(process.argv);
const authorizer = fromAuthorizer(createAuthorizer(new NotesWriter(join(folder, 'notes'))));

// Two requests at once, so that a test can overload it.
serve({ authorizer, responder: fromNodeListener(showRequest), limits: { requests: 2 } }, address);
