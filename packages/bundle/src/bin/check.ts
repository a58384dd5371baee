import { parseArgs } from 'node:util';
import { checkHost } from '../check/check-host.ts';

/** The check of a bundle, on its host: `./check [URL]`. Its working directory is the bundle. */
const { positionals } = parseArgs({ allowPositionals: true, options: {} });
const findings = await checkHost(process.cwd(), positionals[0]);
for (const { state, text } of findings)
  console.log(`${{ bad: 'NO  ', good: 'yes ', note: '    ' }[state]} ${text}`);
const isGood = findings.every(({ state }) => state !== 'bad');
console.log(isGood ? '\nIt works here.' : '\nIt does not work here yet: see the lines that begin with NO.');
process.exitCode = isGood ? 0 : 1;
