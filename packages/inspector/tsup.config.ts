import { library } from '../tooling/src/tsup.ts';

export default library({
  index: 'src/index.ts',
  printers: 'src/printers.ts',
  request: 'src/request.ts',
  status: 'src/status.ts',
  system: 'src/system.ts',
  tap: 'src/tap.ts',
  text: 'src/text.ts',
});
