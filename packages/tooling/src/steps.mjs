// A step is a program whose output matters only when it fails: its duration, and the output after a failure.
import { spawn } from 'node:child_process';
import { root } from './workspace.mjs';

export class StepFailed extends Error {}

/**
 * Runs one program, with a line when it begins and one when it has ended: others may run meanwhile.
 * @param {string} title what is done, as the reader should see it
 * @param {readonly [command: string, ...args: string[]]} command
 * @param {Record<string, string>} [env] added to the environment
 * @returns {Promise<void>}
 * @throws {StepFailed} if the program cannot be started or ends with anything but 0; its output is printed then
 */
export async function step(title, [command, ...args], env = {}) {
  process.stdout.write(`${title} …\n`);
  const start = performance.now();
  const { ended, output } = await run(command, args, env);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (ended === 'exit code 0') {
    process.stdout.write(`${title}: ${seconds} s\n`);
    return;
  }
  process.stdout.write(`${title}: failed after ${seconds} s\n\n${output.trimEnd()}\n\n`);
  throw new StepFailed(`${title}: \`${[command, ...args].join(' ')}\` ended with ${ended}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<{ ended: string, output: string }>}
 */
function run(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ ended: error.message, output }));
    child.on('close', (code, signal) => resolve({ ended: signal ?? `exit code ${code}`, output }));
  });
}
