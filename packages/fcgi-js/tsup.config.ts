import { library } from '../tooling/src/tsup.ts';
import manifest from './package.json' with { type: 'json' };

const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
const names = [...subpaths.map((subpath) => (subpath === '.' ? 'index' : subpath.slice(2))), 'bin/fcgi'];

export default library(Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])));
