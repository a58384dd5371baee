import { library } from '../tooling/src/tsup.ts';

export default library({ index: 'src/index.ts', system: 'src/system.ts', text: 'src/text.ts' });
