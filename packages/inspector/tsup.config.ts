import { library } from '../tooling/src/tsup.ts';

export default library({
  index: 'src/index.ts',
  system: 'src/system.ts',
  tap: 'src/tap.ts',
  text: 'src/text.ts',
});
