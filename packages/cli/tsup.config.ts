import { library } from '../tooling/src/tsup.ts';

export default library({
  index: 'src/index.ts',
  'bin/duplicate-socket': 'src/bin/duplicate-socket.ts',
  'bin/fcgi': 'src/bin/fcgi.ts',
  'bin/open-socket': 'src/bin/open-socket.ts',
  'bin/watchdog': 'src/bin/watchdog.ts',
  'bin/worker': 'src/bin/worker.ts',
});
