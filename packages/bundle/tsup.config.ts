import { library } from '../tooling/src/tsup.ts';

export default library({
  index: 'src/index.ts',
  'bin/activate': 'src/bin/activate.ts',
  'bin/check': 'src/bin/check.ts',
  'bin/serve': 'src/bin/serve.ts',
});
