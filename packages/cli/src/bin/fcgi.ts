#!/usr/bin/env node
import { holdSignals, leadContainer, leadsContainer } from '@fcgi-js/runner/signals';
import { deletedFolder } from '../deleted-folder.ts';
import { exhaustedLimit } from '../exhausted-limit.ts';

const isRunner = process.argv[2] === 'run';

/** Ends with a line where the files of the program cannot be opened, or its folder has gone. */
function fail(error: unknown): never {
  const reason = exhaustedLimit(error) ?? deletedFolder(error);
  if (reason === undefined) throw error;
  process.stderr.write(`fcgi: ${reason}\n`);
  process.exit(1);
}

if (isRunner && leadsContainer()) leadContainer();
else {
  // Before the rest is loaded, which takes a while: until then a signal would end the process.
  if (isRunner) holdSignals();
  const { endProcess, io, main } = await Promise.all([
    import('../main.ts'),
    import('@fcgi-js/runner/command'),
  ])
    .then(([{ main }, { endProcess, processIo }]) => ({ endProcess, io: processIo(), main }))
    .catch(fail);
  await endProcess(await main(process.argv.slice(2), io));
}
