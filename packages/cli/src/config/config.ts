import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandFailure } from '../command-failure.ts';
import { colorsOf, type Io } from '../io.ts';
import { messageText } from '../shown-text.ts';
import { systemReason } from '../system-reason.ts';
import { checkFiles } from './check-files.ts';
import { type ConfigFile, makeFiles } from './make-files.ts';
import type { ConfigOptions } from './options.ts';
import type { Product } from './product-names.ts';

/**
 * Prints or writes a configuration, and has it checked.
 *
 * @throws CommandFailure where the product cannot do it, or does not take it
 */
export async function config(
  io: Io,
  product: string,
  program: readonly string[],
  options: ConfigOptions,
): Promise<void> {
  const files = makeFiles(product as Product, program, options);
  if (options.output === undefined) print(io, files);
  else await write(io, options.output, files, options.force === true);
  if (!options.check) return;
  await checkFiles(product as Product, files);
  io.stderr.write(`${colorsOf(io.stderr, io.env).green('ok:')} ${product} takes it.\n`);
}

function print(io: Io, files: readonly ConfigFile[]): void {
  if (files.length === 1) {
    io.stdout.write(files[0]?.text ?? '');
    return;
  }
  const isXml = files.some(({ text }) => text.startsWith('<'));
  for (const { name, text } of files) {
    io.stdout.write(isXml ? `<!-- ${name} -->\n${text}\n` : `# ${name}\n${text}\n`);
  }
}

async function write(io: Io, output: string, files: readonly ConfigFile[], force: boolean): Promise<void> {
  const path = resolve(io.cwd, output);
  const isFolder = files.length > 1;
  if (isFolder) await mkdir(path, { recursive: true });
  for (const { name, text } of files) {
    const target = isFolder ? join(path, name) : path;
    await writeNew(target, text, force);
    io.stderr.write(`Written: ${messageText(target)}\n`);
  }
}

/**
 * Writes a file that is not there yet.
 *
 * @throws CommandFailure where it is there, unless `force`, or cannot be written
 */
export async function writeNew(path: string, text: string, force: boolean, mode = 0o644): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx', mode });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = isThere ? 'it is there already; --force overwrites it' : systemReason(error);
    throw new CommandFailure(`Cannot write ${path}: ${reason}.`, undefined, { cause: error });
  }
}
