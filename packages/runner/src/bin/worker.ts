import { holdSignals } from '../process/held-signals.ts';

// Before the rest is loaded: one that is sent to all processes of the runner must not end this one unheard.
holdSignals();

const [{ work }, { endProcess }] = await Promise.all([
  import('../worker/work.ts'),
  import('../process-io.ts'),
]);
await work();
await endProcess(0);
