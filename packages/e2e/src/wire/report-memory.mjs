import { setImmediate as turn } from 'node:timers/promises';

/**
 * Loaded into a process whose memory is to be known: at SIGUSR2 it collects garbage and prints how many bytes are then
 * in use. What a process has from the kernel goes up and down with the habits of the collector; this does not.
 */
let reports = 0;

process.on('SIGUSR2', async () => {
  if (globalThis.gc === undefined) throw new Error('Node was started without --expose-gc.');
  globalThis.gc();
  // What had a finalizer goes with the second one.
  await turn();
  globalThis.gc();
  const { external, heapUsed } = process.memoryUsage();
  reports += 1;
  console.log(`memory ${reports}: ${heapUsed + external} bytes`);
});
