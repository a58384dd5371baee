import { resolve } from 'node:path';
import { jsonText, messageText } from '@fcgi-js/inspector/text';
import { optionError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../run-process.ts';
import { readConfigFile } from './config-file.ts';
import { defaultValues, flagOf, optionList, runOptions } from './run-options.ts';

/** What stands on the command line. */
export interface CommandLine {
  readonly app: string | undefined;
  /** For the application; there are none without `app`. */
  readonly args: readonly string[];
  /** The configuration file. */
  readonly config: string | undefined;
  /** The values of flags, by the names of their options. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What counts in the end, and where each value comes from. */
export interface Settings {
  readonly options: RunOptions;
  /** In words, by the names of the options. */
  readonly origins: ReadonlyMap<string, string>;
}

/** While they are put together. */
type Values = { -readonly [Name in keyof RunOptions]?: RunOptions[Name] } & Record<string, unknown>;

/**
 * Puts the command line, the configuration file and the defaults together. The first of them that has a value counts.
 *
 * @throws RunnerError where the file makes no sense, or nothing says what is to be run
 */
export async function readSettings(
  { cwd }: Io,
  { app, args, config, flags }: CommandLine,
): Promise<Settings> {
  const file = await readConfigFile(config === undefined ? undefined : resolve(cwd, config), cwd, app);
  const what = app === undefined ? {} : { app: resolve(cwd, app), args };
  const values: Values = {
    args: [],
    ...defaultValues(),
    ...file?.values,
    ...flags,
    ...what,
  };
  // Each limit is an option of its own: one on the command line leaves the others of the file.
  if (values.limits !== undefined) values.limits = { ...Object(file?.values['limits']), ...values.limits };
  if (!('app' in values)) {
    throw optionError(
      `Which application? Name its file, or give it as "app" in ${file?.file ?? 'a file fcgi.config.js, .ts or .json'}.`,
    );
  }
  const origin = (name: string) => {
    if (name in flags || name in what) return name in runOptions ? flagOf(name) : 'command line';
    return file !== undefined && name in file.values ? file.file : 'default';
  };
  return {
    options: values as RunOptions,
    origins: new Map(Object.keys(values).map((name) => [name, origin(name)])),
  };
}

/** Prints what counts: a configuration file on stdout, and where each value comes from on stderr. */
export function printSettings(io: Io, { options, origins }: Settings): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const entries = optionList
    .filter(([name]) => name in given)
    .map(([name, { kind }]) => [name, kind.toFile(given[name])]);
  const { app, args } = options;
  io.stdout.write(`${jsonText({ app, args, ...Object.fromEntries(entries) }, 2)}\n`);
  for (const [name, origin] of origins) io.stderr.write(`${name}: ${messageText(origin)}\n`);
}
