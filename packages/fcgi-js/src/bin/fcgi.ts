#!/usr/bin/env node
import { main, processIo } from '@fcgi-js/cli';

// No process.exit(): what was written to a pipe must arrive first.
process.exitCode = await main(process.argv.slice(2), processIo());
