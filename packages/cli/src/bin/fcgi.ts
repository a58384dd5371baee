#!/usr/bin/env node
import { holdSignals, leadContainer, leadsContainer } from '@fcgi-js/runner/signals';
import { exhaustedLimit } from '../exhausted-limit.ts';

const isRunner = process.argv[2] === 'run';

/** Ends with a line where the files of the program cannot be opened. */
function fail(error: unknown): never {
  const limit = exhaustedLimit(error);
  if (limit === undefined) throw error;
  process.stderr.write(`fcgi: ${limit}\n`);
  process.exit(1);
}

if (isRunner && leadsContainer()) leadContainer();
else {
  // Before the rest is loaded, which takes a while: until then a signal would end the process.
  if (isRunner) holdSignals();
  const [{ main }, { endProcess, processIo }] = await Promise.all([
    import('../main.ts'),
    import('@fcgi-js/runner/command'),
  ]).catch(fail);
  await endProcess(await main(process.argv.slice(2), processIo()));
}
