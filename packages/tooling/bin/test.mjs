// `npm test`, `npm run test:release`, and both at once for continuous integration: installs, builds, checks, tests.
//   test.mjs GATE[,GATE] [ARGUMENTS FOR vitest]
import { runGates } from '../src/run-gates.mjs';

const [gates = '', ...args] = process.argv.slice(2);
await runGates(/** @type {import('../src/gates.mjs').Gate[]} */ (gates.split(',')), args);
