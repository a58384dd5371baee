import { library } from '../tooling/src/tsup.ts';

export default library({
  index: 'src/index.ts',
  command: 'src/command.ts',
  options: 'src/options.ts',
  process: 'src/process.ts',
  signals: 'src/signals.ts',
  'bin/duplicate-socket': 'src/bin/duplicate-socket.ts',
  'bin/open-socket': 'src/bin/open-socket.ts',
  'bin/read-config': 'src/bin/read-config.ts',
  'bin/watchdog': 'src/bin/watchdog.ts',
  'bin/worker': 'src/bin/worker.ts',
});
