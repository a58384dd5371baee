import { leadContainer, leadsContainer } from '../run/process/container-init.ts';
import { holdSignals } from '../run/process/held-signals.ts';

const isRunner = process.argv[2] === 'run';

if (isRunner && leadsContainer()) leadContainer();
else {
  // Before the rest is loaded, which takes a while: until then a signal would end the process.
  if (isRunner) holdSignals();
  const [{ main }, { endProcess, processIo }] = await Promise.all([
    import('../main.ts'),
    import('../process-io.ts'),
  ]);
  await endProcess(await main(process.argv.slice(2), processIo()));
}
