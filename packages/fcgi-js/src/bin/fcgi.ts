#!/usr/bin/env node
import { endProcess, main, processIo } from '@fcgi-js/cli';

await endProcess(await main(process.argv.slice(2), processIo()));
