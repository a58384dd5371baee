import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fcgi = fileURLToPath(new URL('../../../cli/dist/bin/fcgi.js', import.meta.url));

/** What the doctor has found, as `--json` prints it. */
export interface DoctorFinding {
  readonly id: string;
  readonly cause: string;
  readonly evidence: readonly string[];
  readonly remedy: readonly string[];
}

/** What the doctor has found, and what it has looked at. */
export interface Examined {
  readonly findings: readonly DoctorFinding[];
  readonly looked: readonly string[];
}

/**
 * Runs the command as it is installed.
 *
 * @param words what follows `fcgi doctor`
 * @throws Error where its exit status is not what the findings make it
 */
export async function examine(words: readonly string[]): Promise<Examined> {
  const { status, stdout, stderr } = await run(process.execPath, [fcgi, 'doctor', '--json', ...words]).then(
    (outcome) => ({ status: 0, ...outcome }),
    (error: { code: number; stdout: string; stderr: string }) => ({ status: error.code, ...error }),
  );
  if (stderr !== '' || status > 1) throw new Error(`fcgi doctor ended with ${status}: ${stderr}`);
  const examined = JSON.parse(stdout) as Examined;
  const count = examined.findings.length;
  if (status !== (count > 0 ? 1 : 0)) throw new Error(`${count} findings, status ${status}`);
  return examined;
}

/** {@link examine}, for the findings alone. */
export async function runDoctor(words: readonly string[]): Promise<readonly DoctorFinding[]> {
  return (await examine(words)).findings;
}
