#!/usr/bin/env node
import { main } from '../main.ts';
import { endProcess, processIo } from '../process-io.ts';

await endProcess(await main(process.argv.slice(2), processIo()));
