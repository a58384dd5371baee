import { library } from '../tooling/src/tsup.ts';

export default library({ index: 'src/index.ts', 'bin/fcgi': 'src/bin/fcgi.ts' });
