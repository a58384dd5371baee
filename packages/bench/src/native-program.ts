import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Thrown where a peer cannot take part on this machine; the message says what is missing. */
export class Unavailable extends Error {}

const sources = fileURLToPath(new URL('../native', import.meta.url));

/** How a source file becomes a program, by its ending. */
const compilers: Record<string, { command(source: string, program: string): string[]; packages: string }> = {
  c: {
    command: (source, program) => ['gcc', '-O2', '-o', program, source, '-lfcgi', '-lpthread'],
    packages: 'gcc libfcgi-dev',
  },
  go: {
    command: (source, program) => ['go', 'build', '-o', program, source],
    packages: 'golang-go',
  },
};

/**
 * Compiles a program of the folder `native`.
 *
 * @param file with its ending
 * @param folder for the program
 * @returns its path
 * @throws Unavailable where there is no compiler for it, or not the library that it uses
 */
export async function compileNative(file: string, folder: string): Promise<string> {
  const [, ending = ''] = file.split('.');
  const compiler = compilers[ending];
  if (compiler === undefined) throw new Error(`Nothing is known that compiles ${file}.`);
  const program = join(folder, file.replace('.', '-'));
  const failure = await run(compiler.command(join(sources, file), program));
  if (failure === undefined) return program;
  throw new Unavailable(`${file} cannot be compiled (apt-get install ${compiler.packages}): ${failure}`);
}

/** The first line of what went wrong, or undefined. */
function run([file = '', ...args]: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : output.split('\n', 1)[0]));
  });
}
