import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROGRAM } from '../kit/layout.ts';
import { bad, type Finding, good } from './finding.ts';

/** So many files are named; of more, their number says enough. */
const NAMED = 5;
const WRITABLE_BY_OTHERS = 0o022;
const RUN_BITS = 0o111;

/** Whether all files have arrived as they were. */
export function checkFiles(folder: string, sizes: Readonly<Record<string, number>>): Finding[] {
  const entries = Object.entries(sizes);
  const isSame = ([path, size]: readonly [string, number]) =>
    statSync(join(folder, path), { throwIfNoEntry: false })?.size === size;
  const wrong = entries.filter((entry) => !isSame(entry)).map(([path]) => path);
  if (wrong.length === 0) return [good(`All ${entries.length} files are here.`)];
  const named = wrong.slice(0, NAMED).join(', ');
  const more = wrong.length > NAMED ? ` and ${wrong.length - NAMED} more` : '';
  return [
    bad(
      `Missing, or of another size than when they were made: ${named}${more}. Upload the folder again, with FTP in binary mode.`,
    ),
  ];
}

/** What suexec and Apache ask of a program: that it can be run, belongs to the account that runs it, and only that account may change it. */
export function checkModes(folder: string): Finding[] {
  const program = join(folder, PROGRAM);
  const stat = statSync(program, { throwIfNoEntry: false });
  if (stat === undefined) return [bad(`${program} is not here.`)];
  const findings: Finding[] = [];
  if ((stat.mode & RUN_BITS) !== RUN_BITS)
    findings.push(bad(`${program} has no run bit: chmod 755 ${program}`));
  for (const place of [program, dirname(program)]) {
    const { mode } = statSync(place);
    if ((mode & WRITABLE_BY_OTHERS) === 0) continue;
    findings.push(bad(`Others may write to ${place}, and suexec refuses that: chmod 755 ${place}`));
  }
  if (stat.uid !== process.getuid?.()) {
    findings.push(
      bad(
        `${program} belongs to user ${stat.uid}, and this is user ${process.getuid?.()}: suexec refuses that.`,
      ),
    );
  }
  if (readFileSync(program, 'utf8').includes('\r')) {
    findings.push(bad(`${program} has line ends of Windows. Upload it again, in binary mode.`));
  }
  return findings.length > 0 ? findings : [good(`${PROGRAM} can be run, and only its owner may change it.`)];
}
