import { library } from '../tooling/src/tsup.ts';

export default library({ index: 'src/index.ts', trial: 'src/trial.ts' });
