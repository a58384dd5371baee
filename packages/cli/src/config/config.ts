import { closeSync, constants, fchmodSync, fstatSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ConfigFile, type ConfigOptions, checkFiles, makeFiles, type Product } from '@fcgi-js/init';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io, openFile, systemReason } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';

/** What the command line says. */
export interface ConfigArguments extends ConfigOptions {
  readonly check?: true;
  readonly force?: true;
  readonly output?: string;
}

/**
 * Prints or writes a configuration, and has it checked.
 *
 * @throws DeploymentError where the product cannot do it, or does not take it; CommandFailure where a file cannot be written
 */
export async function config(
  io: Io,
  product: Product,
  program: readonly string[],
  { check, force, output, ...options }: ConfigArguments,
): Promise<void> {
  const files = makeFiles(product, program, options);
  if (output === undefined) print(io, files);
  else write(io, output, files, force === true);
  if (!check) return;
  await checkFiles(product, files);
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

function write(io: Io, output: string, files: readonly ConfigFile[], force: boolean): void {
  const path = resolve(io.cwd, output);
  const isFolder = files.length > 1;
  for (const { name, text } of files) {
    const target = isFolder ? join(path, name) : path;
    writeNew(target, text, { force, makeFolders: isFolder });
    io.stderr.write(`Written: ${messageText(target)}\n`);
  }
}

/** How {@link writeNew} writes. */
export interface WriteOptions {
  /** Overwrites what is there. */
  readonly force: boolean;
  /** Makes the folders that are not there. */
  readonly makeFolders?: boolean;
  /** Permissions of the file, whatever the umask is and the file had before; otherwise those of any new file. */
  readonly mode?: number;
}

/**
 * Writes a file that is not there yet.
 *
 * @throws CommandFailure where it is there, unless `force`, or cannot be written
 */
export function writeNew(
  path: string,
  text: string,
  { force, makeFolders = false, mode }: WriteOptions,
): void {
  const how = force ? constants.O_TRUNC : constants.O_EXCL;
  try {
    const fd = openFile(path, constants.O_WRONLY | constants.O_CREAT | how, {
      makeFolders,
      mode: mode ?? 0o644,
    });
    try {
      if (mode !== undefined && fstatSync(fd, { bigint: true }).isFile()) fchmodSync(fd, mode);
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = isThere ? 'it is there already; --force overwrites it' : systemReason(error);
    throw new CommandFailure(`Cannot write ${path}: ${reason}.`, undefined, { cause: error });
  }
}
